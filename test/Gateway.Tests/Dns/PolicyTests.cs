using System.Net;
using System.Net.Sockets;
using Exeat.Flows;
using Exeat.Policy;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns;

public sealed class PolicyTests
{
    [Theory]
    [InlineData(DnsType.A, "203.0.113.5", "127.0.0.1")]
    [InlineData(DnsType.AAAA, "2001:db8::5", "127.0.0.1")]
    [InlineData(DnsType.A, "203.0.113.5", "::1")]
    [InlineData(DnsType.AAAA, "2001:db8::5", "::1")]
    public async Task A_permitted_name_is_resolved_bound_and_recorded(DnsType type, string address, string from)
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, address);
        AgentReply reply = await rig.AskAsync("api.example.com", type, from);
        Assert.Equal(DnsResponseCode.NoError, reply.Code);
        Assert.Equal([address], reply.Addresses);
        Assert.Equal(60, reply.Records[0].Ttl);
        Assert.Equal("api.example.com", reply.Records[0].Owner);
        Assert.Equal(["api.example.com"], rig.Bound("coder", address));
        Assert.Empty(rig.Bound("other", address));

        RecordedFlow record = Assert.Single(rig.Sink.Records);
        Assert.Equal((FlowEventKind.Decision, "coder", from, ResolverRig.Intercept), (record.Kind, record.Agent, record.Source, record.Destination));
        Assert.Equal((17, 53, Stage.Dns, Mode.Enforce), (record.Protocol, record.Port, record.Stage, record.Mode));
        Assert.Equal(("Question api.example.com", "allow-core", Reason.PermittedByRule, Verdict.Permit), (record.Names, record.Rule, record.Reason, record.Verdict));
        Assert.True(record.Enforced);
        Assert.Equal("", record.Denial);
        Assert.Equal(1u, record.Generation);
    }

    [Fact]
    public async Task A_denied_name_does_not_exist_and_nothing_leaves()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        AgentReply reply = await rig.AskAsync("c2VjcmV0.evil.example");
        Assert.Equal(DnsResponseCode.NameError, reply.Code);
        RecordedFlow record = Assert.Single(rig.Sink.Records);
        Assert.Equal(("deny-exfil", Reason.DeniedByRule, Verdict.Deny, true), (record.Rule, record.Reason, record.Verdict, record.Enforced));
        Assert.Equal("Question c2vjcmv0.evil.example", record.Names);
        Assert.Equal(8, record.Denial.Length);
        Assert.Equal(((int)Edns.Blocked, $"rule deny-exfil; denial {record.Denial}"), reply.Error);
        (DnsSection section, _, DnsType type, int ttl, byte[] rdata) = Assert.Single(reply.Records);
        Assert.Equal((DnsSection.Authority, DnsType.SOA, 1), (section, type, ttl));
        Assert.Equal([0, 0, 0, 1], rdata[^4..]);

        Assert.Equal(DnsResponseCode.NameError, (await rig.AskAsync("unheard.of")).Code);
        Assert.Equal(("default-deny", Reason.DefaultDeny), (rig.Sink.Last.Rule, rig.Sink.Last.Reason));
        Assert.Empty(rig.Upstream.Asked);

        // The control: the same upstream does hear of a permitted name.
        await rig.AskAsync("api.example.com");
        Assert.Equal(["api.example.com A"], rig.Upstream.Asked);
    }

    [Fact]
    public async Task A_name_above_a_permitted_one_has_no_records()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        AgentReply reply = await rig.AskAsync("example.com");
        Assert.Equal(DnsResponseCode.NoError, reply.Code);
        Assert.True(reply.HasSoa);
        Assert.Empty(reply.Addresses);
        Assert.Equal((Reason.EmptyNonTerminal, Verdict.Deny), (rig.Sink.Last.Reason, rig.Sink.Last.Verdict));
        Assert.Empty(rig.Upstream.Asked);
    }

    [Fact]
    public async Task Without_EDNS_the_refusal_has_none_either()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        AgentReply reply = await rig.AskAsync("x.evil.example", edns: null);
        Assert.Equal(DnsResponseCode.NameError, reply.Code);
        Assert.False(reply.HasEdns);
    }

    [Fact]
    public async Task A_resolver_that_policy_denies_refuses_by_that_rule()
    {
        string policy = DenyResolver(TestPolicy.Head);
        await using ResolverRig rig = ResolverRig.Start(policy);
        AgentReply reply = await rig.AskAsync("api.example.com");
        Assert.Equal(DnsResponseCode.Refused, reply.Code);
        Assert.Equal(("deny-dns", Reason.DeniedByRule, Stage.FirstPacket), (rig.Sink.Last.Rule, rig.Sink.Last.Reason, rig.Sink.Last.Stage));
        Assert.Equal($"rule deny-dns; denial {rig.Sink.Last.Denial}", reply.Error?.Text);
        Assert.Equal("Question api.example.com", rig.Sink.Last.Names);
        Assert.Empty(rig.Upstream.Asked);
    }

    [Fact]
    public async Task The_port_tells_which_resolver_was_meant()
    {
        string policy = TestPolicy.Head.Replace("[192.0.2.53, \"2001:db8::53\"]", "[192.0.2.53]", StringComparison.Ordinal);
        await using ResolverRig rig = ResolverRig.Start(policy);
        Assert.Equal(DnsResponseCode.NoError, (await rig.AskAsync("api.example.com")).Code);
        Assert.Equal(DnsResponseCode.Refused, (await rig.AskAsync("api.example.com", second: true)).Code);
        Assert.Equal((ResolverRig.Intercept6, "default-deny"), (rig.Sink.Last.Destination, rig.Sink.Last.Rule));
    }

    [Fact]
    public async Task Monitor_forwards_what_enforce_would_deny_and_says_so()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Monitored);
        rig.Upstream.Give(60, "203.0.113.5");
        AgentReply reply = await rig.AskAsync("secret.evil.example");
        Assert.Equal(["203.0.113.5"], reply.Addresses);
        Assert.Equal(["secret.evil.example A"], rig.Upstream.Asked);
        Assert.Equal(("deny-exfil", Verdict.Deny, false, Mode.Monitor), (rig.Sink.Last.Rule, rig.Sink.Last.Verdict, rig.Sink.Last.Enforced, rig.Sink.Last.Mode));
        Assert.Single(rig.Sink.Records);
        Assert.Equal(["secret.evil.example"], rig.Bound("coder", "203.0.113.5"));
    }

    [Fact]
    public async Task Monitor_says_that_the_resolver_itself_would_be_denied()
    {
        string policy = DenyResolver(TestPolicy.Monitored);
        await using ResolverRig rig = ResolverRig.Start(policy);
        rig.Upstream.Give(60, "203.0.113.5");
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
        RecordedFlow record = Assert.Single(rig.Sink.Records);
        Assert.Equal(("deny-dns", Verdict.Deny, false, Stage.FirstPacket), (record.Rule, record.Verdict, record.Enforced, record.Stage));
    }

    [Fact]
    public async Task A_monitored_rule_is_recorded_beside_the_decision()
    {
        string policy = TestPolicy.Head.Replace("rules:", "rules:\n- {name: try-deny, priority: 5, to: {names: [core]}, action: deny, mode: monitor}", StringComparison.Ordinal);
        await using ResolverRig rig = ResolverRig.Start(policy);
        rig.Upstream.Give(60, "203.0.113.5");
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal(("allow-core", Verdict.Permit, "Deny by try-deny"), (rig.Sink.Last.Rule, rig.Sink.Last.Verdict, rig.Sink.Last.Would));
    }

    [Fact]
    public async Task An_unknown_agent_is_refused_and_recorded()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        Assert.Equal(DnsResponseCode.Refused, (await rig.AskAsync("api.example.com", from: "127.0.0.9")).Code);
        Assert.Equal((null, "127.0.0.9", Reason.UnknownAgent), (rig.Sink.Last.Agent, rig.Sink.Last.Source, rig.Sink.Last.Reason));
        Assert.Empty(rig.Upstream.Asked);
    }

    [Fact]
    public async Task A_quarantined_agent_is_refused_in_monitor_too()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Monitored);
        rig.Snapshot = TestPolicy.Compile(TestPolicy.Monitored, quarantined: "coder");
        Assert.Equal(DnsResponseCode.Refused, (await rig.AskAsync("api.example.com")).Code);
        Assert.Equal(("quarantine", Reason.Quarantined, true), (rig.Sink.Last.Rule, rig.Sink.Last.Reason, rig.Sink.Last.Enforced));
        Assert.Equal(DnsResponseCode.NoError, (await rig.AskAsync("api.example.com", from: "127.0.0.2")).Code);
    }

    [Fact]
    public async Task A_new_snapshot_decides_the_next_question()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        Assert.Equal(DnsResponseCode.NoError, (await rig.AskAsync("api.example.com")).Code);
        rig.Snapshot = TestPolicy.Compile(TestPolicy.Head.Replace("api.example.com, ", "", StringComparison.Ordinal), generation: 2);
        Assert.Equal(DnsResponseCode.NameError, (await rig.AskAsync("api.example.com")).Code);
        Assert.Equal((2u, "default-deny"), (rig.Sink.Last.Generation, rig.Sink.Last.Rule));
    }

    private static string DenyResolver(string policy) =>
        policy.Replace("name: allow-dns, ", "name: deny-dns, ", StringComparison.Ordinal).Replace("protocol: udp, ports: [53], action: permit", "protocol: udp, ports: [53], action: deny", StringComparison.Ordinal);

    [Theory]
    [InlineData("quarantined", Reason.Quarantined)]
    [InlineData("denied", Reason.DefaultDeny)]
    public async Task What_changes_while_the_upstream_is_asked_counts_for_the_answer(string what, Reason reason)
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        Snapshot next = what == "quarantined"
            ? TestPolicy.Compile(TestPolicy.Head, 2, quarantined: "coder")
            : TestPolicy.Compile(TestPolicy.Head.Replace("api.example.com", "www.example.com", StringComparison.Ordinal), 2);
        rig.Upstream.Answer = q =>
        {
            rig.Snapshot = next;
            return [q.Reply(w => w.Address(q.Name, 60, "203.0.113.5"))];
        };
        Assert.Empty((await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal((reason, Verdict.Deny, true), (rig.Sink.Last.Reason, rig.Sink.Last.Verdict, rig.Sink.Last.Enforced));
        Assert.Empty(rig.Bound("coder", "203.0.113.5"));
    }

    [Fact]
    public async Task A_change_that_does_not_concern_the_question_does_not_hurt_it()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Answer = q =>
        {
            rig.Snapshot = TestPolicy.Compile(TestPolicy.Head.Replace("evil.example", "evil.test", StringComparison.Ordinal), 2);
            return [q.Reply(w => w.Address(q.Name, 60, "203.0.113.5"))];
        };
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal(["api.example.com"], rig.Bound("coder", "203.0.113.5"));
    }

    [Fact]
    public async Task A_binding_of_the_old_policy_is_undone_when_the_new_one_came_between()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, "203.0.113.5");
        rig.Book.Bound = (_, _) => rig.Snapshot = TestPolicy.Compile(TestPolicy.Head, 2, coder: "successor");
        using Socket agent = ResolverRig.Client("127.0.0.1");
        await agent.SendToAsync(ResolverRig.Question("api.example.com", id: 1), rig.EndPoint(IPAddress.Loopback));
        await WaitingTests.UntilAsync(() => rig.Snapshot.Generation == 2 && rig.Bound("coder", "203.0.113.5").Length == 0);
        // Whoever has the address now hears of its own questions only.
        await agent.SendToAsync(ResolverRig.Question("x.evil.example", id: 2), rig.EndPoint(IPAddress.Loopback));
        Assert.Equal(2, (await WaitingTests.HearAsync(agent)).Header.Id);
    }
}
