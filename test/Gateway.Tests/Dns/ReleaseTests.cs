using Exeat.Gateway.Bindings;
using Exeat.Policy;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns;

public sealed class ReleaseTests
{
    private static readonly string WithInner = TestPolicy.Head + "- {name: allow-inner, priority: 40, to: {names: [inner], groups: [private]}, protocol: tcp, ports: [5432], action: permit}\n";

    [Theory]
    [InlineData(DnsType.A, "10.0.0.5")]
    [InlineData(DnsType.A, "127.0.0.1")]
    [InlineData(DnsType.A, "169.254.169.254")]
    [InlineData(DnsType.AAAA, "fd00::5")]
    [InlineData(DnsType.AAAA, "::1")]
    [InlineData(DnsType.AAAA, "::ffff:10.0.0.5")]
    [InlineData(DnsType.AAAA, "64:ff9b::a00:5")]
    [InlineData(DnsType.AAAA, "fe80::1")]
    public async Task A_public_name_that_leads_inside_has_no_records(DnsType type, string address)
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, address);
        AgentReply reply = await rig.AskAsync("api.example.com", type);
        Assert.Equal(DnsResponseCode.NoError, reply.Code);
        Assert.Empty(reply.Addresses);
        Assert.True(reply.HasSoa);
        Assert.Equal((Reason.AddressNotAllowed, Verdict.Deny, true, "allow-core"), (rig.Sink.Last.Reason, rig.Sink.Last.Verdict, rig.Sink.Last.Enforced, rig.Sink.Last.Rule));
        Assert.Equal($"rule allow-core; denial {rig.Sink.Last.Denial}", reply.Error?.Text);
        Assert.Empty(rig.Bound("coder", address));
    }

    [Fact]
    public async Task What_leads_outside_stays_when_something_leads_inside()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, "10.0.0.5", "203.0.113.5", "192.168.0.1", "2001:db8::5", "fd00::1");
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal(["2001:db8::5"], (await rig.AskAsync("api.example.com", DnsType.AAAA)).Addresses);
        Assert.Equal(3, rig.Resolver.Counters.Stripped);
        Assert.Empty(rig.Bound("coder", "10.0.0.5"));
        Assert.Empty(rig.Bound("coder", "fd00::1"));
    }

    [Theory]
    [InlineData(DnsType.A, "10.0.0.5", true)]
    [InlineData(DnsType.AAAA, "fd00::5", true)]
    [InlineData(DnsType.A, "192.168.0.1", false)]
    [InlineData(DnsType.A, "169.254.169.254", false)]
    [InlineData(DnsType.AAAA, "fd00:ec2::254", false)]
    public async Task A_private_address_needs_a_rule_with_name_and_prefix_and_metadata_is_never_let_through(DnsType type, string address, bool permitted)
    {
        await using ResolverRig rig = ResolverRig.Start(WithInner);
        rig.Upstream.Give(60, address);
        AgentReply reply = await rig.AskAsync("db.example.com", type);
        Assert.Equal(permitted ? [address] : [], reply.Addresses);
        Assert.Equal(permitted ? ["db.example.com"] : [], rig.Bound("coder", address));
        // The same address behind a name without such a rule.
        Assert.Empty((await rig.AskAsync("api.example.com", type)).Addresses);
    }

    [Fact]
    public async Task The_gateways_own_addresses_are_never_answered()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, own: a => a == ResolverRig.Parse("203.0.113.1"));
        rig.Upstream.Give(60, "203.0.113.1");
        Assert.Empty((await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal(Reason.AddressNotAllowed, rig.Sink.Last.Reason);
    }

    [Fact]
    public async Task Monitor_records_what_it_would_strip_and_binds_it_not()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Monitored);
        rig.Upstream.Give(60, "10.0.0.5");
        Assert.Equal(["10.0.0.5"], (await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal((Reason.AddressNotAllowed, Verdict.Deny, false), (rig.Sink.Last.Reason, rig.Sink.Last.Verdict, rig.Sink.Last.Enforced));
        // Bound in monitor, it would still be bound after a switch to enforce.
        Assert.Empty(rig.Bound("coder", "10.0.0.5"));
    }

    [Theory]
    [InlineData("mode: enforce")]
    [InlineData("mode: monitor")]
    public async Task Ech_is_removed_in_both_modes_and_hints_are_bound(string mode)
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head.Replace("mode: enforce", mode, StringComparison.Ordinal));
        byte[] alpn = [0, 1, 0, 3, 2, (byte)'h', (byte)'2'];
        byte[] hints = [0, 4, 0, 4, 203, 0, 113, 5];
        rig.Upstream.Answer = q => [q.Reply(w => w.Add(DnsSection.Answer, q.Name, DnsType.HTTPS, 60, [0, 1, 0, .. alpn, .. hints, 0, 5, 0, 2, 9, 9]))];
        AgentReply reply = await rig.AskAsync("api.example.com", DnsType.HTTPS);
        Assert.Equal([0, 1, 0, .. alpn, .. hints], Assert.Single(reply.Records).Rdata);
        Assert.Equal(["api.example.com"], rig.Bound("coder", "203.0.113.5"));
    }

    [Fact]
    public async Task Hints_that_lead_inside_are_removed()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        byte[] inside6 = [0xFD, .. new byte[14], 1];
        rig.Upstream.Answer = q => [q.Reply(w => w.Add(DnsSection.Answer, q.Name, DnsType.HTTPS, 60, [0, 1, 0, 0, 4, 0, 8, 10, 0, 0, 1, 203, 0, 113, 5, 0, 6, 0, 16, .. inside6]))];
        AgentReply reply = await rig.AskAsync("api.example.com", DnsType.HTTPS);
        Assert.Equal([0, 1, 0, 0, 4, 0, 4, 203, 0, 113, 5], Assert.Single(reply.Records).Rdata);
        Assert.Empty(rig.Bound("coder", "10.0.0.1"));
        Assert.Equal(Verdict.Permit, rig.Sink.Last.Verdict);
    }

    [Fact]
    public async Task A_service_alias_is_passed_on_and_not_followed()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Answer = q => [q.Reply(w => w.Add(DnsSection.Answer, q.Name, DnsType.SVCB, 60, [0, 0, .. RecordList.Wire("svc.test")]).Address("svc.test", 60, "203.0.113.66", DnsSection.Additional))];
        AgentReply reply = await rig.AskAsync("api.example.com", DnsType.SVCB);
        Assert.Equal([0, 0, .. RecordList.Wire("svc.test")], Assert.Single(reply.Records).Rdata);
        Assert.Empty(rig.Bound("coder", "203.0.113.66"));
    }

    [Fact]
    public async Task A_broken_service_binding_is_a_failure()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Answer = q => [q.Reply(w => w.Add(DnsSection.Answer, q.Name, DnsType.HTTPS, 60, 0, 1, 0, 0, 4, 0, 3, 1, 2, 3))];
        Assert.Equal(DnsResponseCode.ServerFailure, (await rig.AskAsync("api.example.com", DnsType.HTTPS)).Code);
        Assert.Equal(Reason.DnsUpstreamFailed, rig.Sink.Last.Reason);
    }

    [Fact]
    public async Task The_record_is_there_before_the_question_goes_out_and_the_binding_before_the_answer()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, "203.0.113.5");
        int askedAtRecord = -1;
        rig.Sink.Writing = () => askedAtRecord = rig.Upstream.Asked.Count;
        await rig.AskAsync("api.example.com");
        Assert.Equal(0, askedAtRecord);
        Assert.Single(rig.Upstream.Asked);
        Assert.Equal(["api.example.com"], rig.Bound("coder", "203.0.113.5"));
        Assert.Single(rig.Sink.Records);
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_not_asked()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Sink.Refuses = true;
        Assert.Equal(DnsResponseCode.ServerFailure, (await rig.AskAsync("api.example.com")).Code);
        Assert.Empty(rig.Upstream.Asked);
    }

    /// <summary>Answered from memory it has no record of before: the policy that changes while its addresses are looked at must not take the record away with the answer (I5).</summary>
    [Fact]
    public async Task A_question_whose_answer_a_new_policy_keeps_back_stands_on_record()
    {
        Action change = () => { };
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, own: _ =>
        {
            change();
            return false;
        });
        rig.Upstream.Give(60, "203.0.113.5");
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
        int before = rig.Sink.Records.Length;
        change = () => rig.Snapshot = TestPolicy.Compile(TestPolicy.Head);
        Assert.Equal(DnsResponseCode.ServerFailure, (await rig.AskAsync("api.example.com", from: "127.0.0.2")).Code);
        Assert.Equal(before + 1, rig.Sink.Records.Length);
        Assert.Empty(rig.Bound("other", "203.0.113.5"));
        Assert.Single(rig.Upstream.Asked);
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_neither_answered_nor_bound()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, "203.0.113.5");
        rig.Sink.Refuses = true;
        AgentReply reply = await rig.AskAsync("api.example.com");
        Assert.Equal(DnsResponseCode.ServerFailure, reply.Code);
        Assert.Empty(reply.Addresses);
        Assert.Empty(rig.Bound("coder", "203.0.113.5"));
        rig.Sink.Refuses = false;
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal(["api.example.com"], rig.Bound("coder", "203.0.113.5"));
    }

    [Fact]
    public async Task An_address_that_finds_no_room_in_the_book_is_not_answered()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, bindings: new BindingLimits { PerAgent = 2 });
        rig.Upstream.Give(60, "203.0.113.5", "203.0.113.6", "203.0.113.7");
        Assert.Equal(["203.0.113.5", "203.0.113.6"], (await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal(DnsResponseCode.ServerFailure, (await rig.AskAsync("www.example.org")).Code);
        Assert.Equal((Reason.LimitReached, Verdict.Deny), (rig.Sink.Last.Reason, rig.Sink.Last.Verdict));
        Assert.Equal(["api.example.com"], rig.Bound("coder", "203.0.113.5"));
        Assert.Equal(["203.0.113.5", "203.0.113.6"], (await rig.AskAsync("www.example.org", from: "127.0.0.2")).Addresses);
    }

    [Fact]
    public async Task A_name_with_more_than_a_thousand_addresses_stays_bounded()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        string[] many = [.. Enumerable.Range(0, 1500).Select(i => $"203.0.{112 + i / 250}.{1 + i % 250}")];
        rig.Upstream.Answer = q => [q.Tcp ? q.Reply(w => w.Addresses(q, 60, many)) : q.Reply(flags: DnsHeader.TruncatedBit)];
        AgentReply reply = await rig.AskAsync("api.example.com");
        Assert.True(reply.Header.IsTruncated);
        Assert.InRange(rig.Book.Count, 1, 256);
    }
}
