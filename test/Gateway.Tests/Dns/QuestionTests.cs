using System.Text;
using Exeat.Flows;
using Exeat.Policy;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns;

public sealed class QuestionTests
{
    [Fact]
    public async Task Mixed_case_is_echoed_to_the_agent_and_does_not_travel()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, "203.0.113.5");
        byte[] packet = ResolverRig.Question("aPi.eXample.COM");
        AgentReply reply = await rig.SendAsync(packet);
        Assert.Equal(["203.0.113.5"], reply.Addresses);
        Assert.Equal(packet[12..(12 + reply.QuestionBytes.Length)], reply.QuestionBytes);
        Assert.Equal((ushort)0x4242, reply.Header.Id);
        Assert.Contains("aPi", Encoding.ASCII.GetString(reply.QuestionBytes), StringComparison.Ordinal);
        (byte[] sent, _) = Assert.Single(rig.Upstream.Packets);
        Assert.Contains("api", Encoding.ASCII.GetString(sent), StringComparison.Ordinal);
        Assert.DoesNotContain("aPi", Encoding.ASCII.GetString(sent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_the_agents_packet_but_name_and_type_travels()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        byte[] room = new byte[600];
        // AD, CD, RD set; an unknown EDNS option and the DNSSEC bit as carriers.
        var writer = new DnsMessageWriter(room, 0x5345, 0x0130);
        Assert.True(writer.TryWriteQuestion("api.example.com"u8, DnsType.A));
        Assert.True(writer.TryWriteEdns(4000, 0, [0xFD, 0xE9, 0, 6, .. "SECRET"u8]));
        await rig.SendAsync(writer.Message.ToArray());
        (byte[] sent, _) = Assert.Single(rig.Upstream.Packets);

        byte[] expected = new byte[600];
        var ours = new DnsMessageWriter(expected, 0, DnsHeader.RecursionDesired);
        Assert.True(ours.TryWriteQuestion("api.example.com"u8, DnsType.A));
        Assert.True(ours.TryWriteEdns(1232, 0, default));
        Assert.Equal(expected[2..ours.Length], sent[2..]);
    }

    [Fact]
    public async Task Ids_and_ports_differ_from_question_to_question()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        for (int i = 0; i < 8; i++) await rig.AskAsync($"n{i}.example.org");
        Assert.Equal(8, rig.Upstream.Packets.Count);
        Assert.True(rig.Upstream.Packets.Select(p => p.Packet[0] << 8 | p.Packet[1]).Distinct().Count() > 6);
        Assert.True(rig.Upstream.Packets.Select(p => p.Port).Distinct().Count() > 6);
    }

    [Theory]
    [InlineData(DnsType.TXT)]
    [InlineData(DnsType.MX)]
    [InlineData(DnsType.SRV)]
    [InlineData(DnsType.NS)]
    [InlineData(DnsType.SOA)]
    [InlineData(DnsType.ANY)]
    [InlineData((DnsType)10)]
    [InlineData((DnsType)65399)]
    public async Task Other_types_of_a_permitted_name_are_refused(DnsType type)
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        AgentReply reply = await rig.AskAsync("api.example.com", type);
        Assert.Equal(DnsResponseCode.Refused, reply.Code);
        Assert.Equal((Reason.DnsTypeRefused, Verdict.Deny, true), (rig.Sink.Last.Reason, rig.Sink.Last.Verdict, rig.Sink.Last.Enforced));
        Assert.Empty(rig.Upstream.Asked);
    }

    [Fact]
    public async Task Another_type_of_a_denied_name_is_denied_by_its_rule()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        Assert.Equal(DnsResponseCode.NameError, (await rig.AskAsync("x.evil.example", DnsType.TXT)).Code);
        Assert.Equal("deny-exfil", rig.Sink.Last.Rule);
    }

    [Fact]
    public async Task Monitor_forwards_types_whose_form_can_be_checked_and_no_others()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Monitored);
        rig.Upstream.Answer = q => [q.Reply(w => w.Add(DnsSection.Answer, q.Name, DnsType.TXT, 60, 2, 104, 105))];
        AgentReply reply = await rig.AskAsync("api.example.com", DnsType.TXT);
        Assert.Equal([2, 104, 105], Assert.Single(reply.Records).Rdata);
        Assert.Equal((Reason.DnsTypeRefused, Verdict.Deny, false), (rig.Sink.Last.Reason, rig.Sink.Last.Verdict, rig.Sink.Last.Enforced));
        Assert.Equal(DnsResponseCode.Refused, (await rig.AskAsync("api.example.com", (DnsType)10)).Code);
        Assert.Equal((Reason.DnsTypeRefused, true), (rig.Sink.Last.Reason, rig.Sink.Last.Enforced));
        Assert.Equal(["api.example.com TXT"], rig.Upstream.Asked);
    }

    [Fact]
    public async Task The_root_is_refused()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Monitored);
        Assert.Equal(DnsResponseCode.Refused, (await rig.AskAsync("", DnsType.NS)).Code);
        Assert.Empty(rig.Upstream.Asked);
    }

    [Fact]
    public async Task Broken_questions_get_an_error_and_are_counted()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        byte[] good = ResolverRig.Question("api.example.com", edns: null);
        byte[] twoQuestions = [.. good, .. good[12..]];
        twoQuestions[5] = 2;
        byte[][] malformed =
        [
            good[..20],
            twoQuestions,
            [.. good, 1, 2, 3],
            [.. good, .. new byte[4000]],
            [.. good[..12], 3, .. "a.b"u8, 0, 0, 1, 0, 1],
            [.. good[..12], 2, (byte)'a', 0, 0, 0, 1, 0, 1],
            [.. good[..12], 2, (byte)'a', 0xC3, 0, 0, 1, 0, 1],
            [.. good[..12], 0xC0, 12, 0, 1, 0, 1],
        ];
        foreach (byte[] packet in malformed) Assert.Equal(DnsResponseCode.FormatError, (await rig.SendAsync(packet)).Code);
        Assert.Equal(DnsResponseCode.NotImplemented, (await rig.SendAsync(ResolverRig.Question("api.example.com", flags: 0x2800))).Code);
        Assert.Equal(DnsResponseCode.Refused, (await rig.SendAsync(ResolverRig.Question("api.example.com", class_: 3))).Code);
        Assert.Equal(malformed.Length + 2, rig.Resolver.Counters.Malformed);
        Assert.Equal((FlowEventKind.Counted, Reason.Malformed, "coder"), (rig.Sink.Records[0].Kind, rig.Sink.Records[0].Reason, rig.Sink.Records[0].Agent));
        Assert.Empty(rig.Upstream.Asked);
    }

    [Fact]
    public async Task Responses_and_what_is_no_DNS_are_dropped()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        using System.Net.Sockets.Socket socket = ResolverRig.Client("127.0.0.1");
        System.Net.IPEndPoint to = rig.EndPoint(System.Net.IPAddress.Loopback);
        await socket.SendToAsync(ResolverRig.Question("api.example.com", flags: DnsHeader.Response), to);
        await socket.SendToAsync("SSH-2.0"u8.ToArray(), to);
        // The next whole question is answered first: nothing was sent for the two before.
        await socket.SendToAsync(ResolverRig.Question("x.evil.example", id: 7), to);
        byte[] room = new byte[2000];
        int length = await socket.ReceiveAsync(room);
        Assert.Equal((ushort)7, new AgentReply(room[..length]).Header.Id);
        Assert.Equal(2, rig.Resolver.Counters.Malformed);
    }

    [Fact]
    public async Task Another_EDNS_version_is_told_so()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        byte[] packet = ResolverRig.Question("api.example.com");
        packet[^5] = 1; // the version, before flags and length
        AgentReply reply = await rig.SendAsync(packet);
        Assert.Equal((DnsResponseCode.NoError, (byte)1), (reply.Code, reply.ExtendedCode));
        Assert.Empty(rig.Upstream.Asked);
    }

    [Fact]
    public async Task Reverse_names_are_names_like_others()
    {
        string policy = TestPolicy.Head.Replace("core: {names: [", "core: {names: [\"**.2.0.192.in-addr.arpa\", ", StringComparison.Ordinal);
        await using ResolverRig rig = ResolverRig.Start(policy);
        rig.Upstream.Answer = q => [q.Reply(w => w.Add(DnsSection.Answer, q.Name, DnsType.PTR, 60, RecordList.Wire("host.example.org")))];
        AgentReply reply = await rig.AskAsync("1.2.0.192.in-addr.arpa", DnsType.PTR);
        Assert.Equal(RecordList.Wire("host.example.org"), Assert.Single(reply.Records).Rdata);
        Assert.Equal(DnsResponseCode.NameError, (await rig.AskAsync("1.113.0.203.in-addr.arpa", DnsType.PTR)).Code);
    }

    [Theory]
    [InlineData("127.0.0.77")]
    [InlineData("127.0.0.78")]
    public async Task The_answer_comes_from_the_address_that_was_asked(string local)
    {
        // A redirect picks one of several addresses of an interface; a reply from another one never finds its way back.
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, "203.0.113.5");
        using System.Net.Sockets.Socket agent = ResolverRig.Client("127.0.0.1");
        await agent.ConnectAsync(rig.EndPoint(System.Net.IPAddress.Parse(local)));
        byte[] room = new byte[2000];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        foreach (string name in (string[])["api.example.com", "www.example.org", "x.evil.example", "api.example.com"])
        {
            await agent.SendAsync(ResolverRig.Question(name));
            int length = await agent.ReceiveAsync(room, System.Net.Sockets.SocketFlags.None, patience.Token);
            Assert.Equal(name.Contains("evil", StringComparison.Ordinal) ? [] : ["203.0.113.5"], new AgentReply(room[..length]).Addresses);
        }
        Assert.Equal(4, rig.Sink.Records.Length);
    }
}
