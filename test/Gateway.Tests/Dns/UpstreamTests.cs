using System.Net;
using System.Net.Sockets;
using Exeat.Gateway.Dns;
using Exeat.Policy;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns;

public sealed class UpstreamTests
{
    [Fact]
    public async Task Forged_answers_are_passed_over_and_the_true_one_counts()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Answer = q =>
        [
            (q with { Id = (ushort)(q.Id ^ 1) }).Reply(w => w.Address(q.Name, 60, "203.0.113.66")),
            (q with { Name = "www.example.org" }).Reply(w => w.Address(q.Name, 60, "203.0.113.66")),
            (q with { Type = DnsType.AAAA }).Reply(w => w.Address(q.Name, 60, "203.0.113.66")),
            AsQuestion(q.Reply(w => w.Address(q.Name, 60, "203.0.113.66"))),
            [1, 2, 3],
            q.Reply(w => w.Address(q.Name, 60, "203.0.113.5")),
        ];
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal(5, rig.Resolver.Counters.IgnoredPackets);
        Assert.Empty(rig.Bound("coder", "203.0.113.66"));
    }

    [Fact]
    public async Task Only_forged_answers_are_no_answer()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Answer = q => [(q with { Id = (ushort)(q.Id + 1) }).Reply(w => w.Address(q.Name, 60, "203.0.113.66"))];
        AgentReply reply = await rig.AskAsync("api.example.com");
        Assert.Equal(DnsResponseCode.ServerFailure, reply.Code);
        Assert.Equal((Reason.DnsUpstreamFailed, Verdict.Deny, "allow-core"), (rig.Sink.Last.Reason, rig.Sink.Last.Verdict, rig.Sink.Last.Rule));
        Assert.Empty(rig.Bound("coder", "203.0.113.66"));
    }

    [Fact]
    public async Task A_packet_from_another_address_or_port_is_not_heard()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        using Socket forger = ResolverRig.Client("127.0.0.3");
        using Socket neighbour = ResolverRig.Client("127.0.0.1");
        rig.Upstream.Answer = q =>
        {
            // They know id and port: as good as a forger can be who cannot send from the upstream's own address.
            byte[] lie = q.Reply(w => w.Address(q.Name, 60, "203.0.113.66"));
            var to = new IPEndPoint(IPAddress.Loopback, rig.Upstream.Packets.Last().Port);
            forger.SendTo(lie, to);
            neighbour.SendTo(lie, to);
            return [q.Reply(w => w.Address(q.Name, 60, "203.0.113.5"))];
        };
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
    }

    [Fact]
    public async Task Records_that_were_not_asked_for_are_left_away()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Answer = q =>
        [
            q.Reply(w => w
                .Address("www.example.org", 60, "203.0.113.66")
                .Address(q.Name, 60, "2001:db8::66")
                .Address(q.Name, 60, "203.0.113.5")
                .Add(DnsSection.Answer, q.Name, DnsType.TXT, 60, 2, 104, 105)
                .Soa("example.com", 60, 60)
                .Address(q.Name, 60, "203.0.113.66", DnsSection.Additional)),
        ];
        AgentReply reply = await rig.AskAsync("api.example.com");
        Assert.Equal(["203.0.113.5"], reply.Addresses);
        Assert.Single(reply.Records);
        Assert.Empty(rig.Bound("coder", "203.0.113.66"));
        Assert.Empty(rig.Bound("coder", "2001:db8::66"));
    }

    [Fact]
    public async Task A_chain_of_aliases_binds_the_asked_name_only_and_is_recorded()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        // Out of order, as some servers write it.
        rig.Upstream.Answer = q => [q.Reply(w => w.Address("edge.cdn.test", 30, "203.0.113.5").Alias("a.cdn.test", "edge.cdn.test", 90).Alias(q.Name, "a.cdn.test", 20))];
        AgentReply reply = await rig.AskAsync("api.example.com");
        (DnsSection _, string owner, DnsType type, int ttl, byte[] _) = Assert.Single(reply.Records);
        Assert.Equal(("api.example.com", DnsType.A, 20), (owner, type, ttl));
        Assert.Equal(["api.example.com"], rig.Bound("coder", "203.0.113.5"));
        Assert.Equal("Question api.example.com, Cname a.cdn.test, Cname edge.cdn.test", rig.Sink.Last.Names);
    }

    [Theory]
    [InlineData(AnswerReader.MaxAliases, true)]
    [InlineData(AnswerReader.MaxAliases + 1, false)]
    public async Task A_chain_of_aliases_has_an_end(int aliases, bool works)
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Answer = q =>
        [
            q.Reply(w =>
            {
                w.Alias(q.Name, "c1.test");
                for (int i = 1; i < aliases; i++) w.Alias($"c{i}.test", $"c{i + 1}.test");
                return w.Address($"c{aliases}.test", 60, "203.0.113.5");
            }),
        ];
        AgentReply reply = await rig.AskAsync("api.example.com");
        Assert.Equal(works ? DnsResponseCode.NoError : DnsResponseCode.ServerFailure, reply.Code);
        Assert.Equal(works ? ["203.0.113.5"] : [], reply.Addresses);
    }

    [Theory]
    [InlineData("api.example.com")]
    [InlineData("a.test")]
    [InlineData("b.test")]
    public async Task A_loop_of_aliases_is_a_failure(string back)
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Answer = q => [q.Reply(w => w.Alias(q.Name, "a.test").Alias("a.test", "b.test").Alias("b.test", back))];
        Assert.Equal(DnsResponseCode.ServerFailure, (await rig.AskAsync("api.example.com")).Code);
    }

    [Fact]
    public async Task Absence_is_passed_on_with_an_SOA_of_our_own()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Answer = q => [q.Reply(w => w.Soa("example.org", 600, 7), q.Name.StartsWith("no", StringComparison.Ordinal) ? DnsResponseCode.NameError : DnsResponseCode.NoError)];
        AgentReply missing = await rig.AskAsync("no.example.org");
        Assert.Equal(DnsResponseCode.NameError, missing.Code);
        Assert.Equal(7, Assert.Single(missing.Records).Ttl);
        AgentReply empty = await rig.AskAsync("empty.example.org", DnsType.AAAA);
        Assert.Equal(DnsResponseCode.NoError, empty.Code);
        (DnsSection section, string owner, DnsType type, _, _) = Assert.Single(empty.Records);
        Assert.Equal((DnsSection.Authority, "empty.example.org", DnsType.SOA), (section, owner, type));
        Assert.Equal((Verdict.Permit, Reason.PermittedByRule), (rig.Sink.Last.Verdict, rig.Sink.Last.Reason));
    }

    [Fact]
    public async Task A_cut_answer_is_asked_again_over_TCP()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        string[] many = [.. Enumerable.Range(1, 40).Select(i => $"203.0.113.{i}")];
        rig.Upstream.Answer = q => [q.Tcp ? q.Reply(w => w.Addresses(q, 60, many)) : q.Reply(w => w.Address(q.Name, 60, "203.0.113.66"), flags: DnsHeader.TruncatedBit)];
        AgentReply reply = await rig.AskAsync("api.example.com");
        Assert.Equal(many, reply.Addresses);
        Assert.Equal(2, rig.Upstream.Asked.Count);
        Assert.Empty(rig.Bound("coder", "203.0.113.66"));
    }

    [Theory]
    [InlineData(DnsResponseCode.ServerFailure)]
    [InlineData(DnsResponseCode.Refused)]
    public async Task An_upstream_that_fails_is_followed_by_the_next(DnsResponseCode code)
    {
        await using var failing = new FakeUpstream { Answer = q => [q.Reply(code: code)] };
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, before: [failing.EndPoint]);
        rig.Upstream.Give(60, "203.0.113.5");
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
        Assert.Single(failing.Asked);
    }

    [Fact]
    public async Task A_silent_upstream_is_asked_twice_and_then_the_next()
    {
        await using var silent = new FakeUpstream { Answer = _ => [] };
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, ResolverRig.QuickLimits with { AttemptsPerUpstream = 2 }, before: [silent.EndPoint]);
        rig.Upstream.Give(60, "203.0.113.5");
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal(2, silent.Asked.Count);
    }

    [Fact]
    public async Task An_upstream_that_was_silent_keeps_no_other_name_waiting()
    {
        await using var silent = new FakeUpstream { Answer = _ => [] };
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, ResolverRig.QuickLimits with { AttemptsPerUpstream = 2 }, before: [silent.EndPoint]);
        rig.Upstream.Give(60, "203.0.113.5");
        foreach (string name in (string[])["api.example.com", "a.example.org", "b.example.org"]) await rig.AskAsync(name);
        Assert.Equal(2, silent.Asked.Count);
        Assert.Equal(3, rig.Upstream.Asked.Count);
        // When nobody else answers it is asked all the same.
        rig.Upstream.Answer = _ => [];
        await rig.AskAsync("c.example.org");
        Assert.Equal(4, silent.Asked.Count);
    }

    [Fact]
    public async Task When_all_upstreams_fail_the_agent_hears_of_a_failure()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Answer = _ => [];
        AgentReply reply = await rig.AskAsync("api.example.com");
        Assert.Equal(DnsResponseCode.ServerFailure, reply.Code);
        Assert.Equal((int)Edns.NoReachableAuthority, reply.Error?.Code);
        Assert.Equal(Reason.DnsUpstreamFailed, rig.Sink.Last.Reason);
        Assert.Equal(1, rig.Resolver.Counters.UpstreamFailed);
    }

    [Fact]
    public async Task A_broken_address_record_is_a_failure()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Answer = q => [q.Reply(w => w.Add(DnsSection.Answer, q.Name, DnsType.A, 60, 203, 0, 113))];
        Assert.Equal(DnsResponseCode.ServerFailure, (await rig.AskAsync("api.example.com")).Code);
    }

    private static byte[] AsQuestion(byte[] message)
    {
        message[2] &= 0x7F;
        return message;
    }
}
