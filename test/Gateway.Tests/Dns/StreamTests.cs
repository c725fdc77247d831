using System.Net;
using System.Net.Sockets;
using Exeat.Gateway.Dns;
using Exeat.Wire.Dns;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Dns;

public sealed class StreamTests
{
    [Fact]
    public async Task A_question_over_TCP_is_judged_alike_and_recorded_as_TCP()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, "203.0.113.5");
        using Socket agent = await ConnectAsync(rig);
        await agent.SendAsync(Framed(ResolverRig.Question("api.example.com")));
        Assert.Equal(["203.0.113.5"], (await ReceiveAsync(agent)).Addresses);
        Assert.Equal(6, rig.Sink.Last.Protocol);
        Assert.Equal(["api.example.com"], rig.Bound("coder", "203.0.113.5"));
        await agent.SendAsync(Framed(ResolverRig.Question("x.evil.example")));
        Assert.Equal(DnsResponseCode.NameError, (await ReceiveAsync(agent)).Code);
        Assert.Equal("deny-exfil", rig.Sink.Last.Rule);
        Assert.Equal(["api.example.com A"], rig.Upstream.Asked);
    }

    [Fact]
    public async Task A_question_in_single_bytes_is_put_together()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, "203.0.113.5");
        using Socket agent = await ConnectAsync(rig);
        agent.NoDelay = true;
        foreach (byte b in Framed(ResolverRig.Question("api.example.com"))) await agent.SendAsync((byte[])[b]);
        Assert.Equal(["203.0.113.5"], (await ReceiveAsync(agent)).Addresses);
    }

    [Fact]
    public async Task A_question_in_two_segments_is_answered_wherever_it_is_cut()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, ResolverRig.QuickLimits with { QuestionsBurst = int.MaxValue });
        rig.Upstream.Give(60, "203.0.113.5");
        using Socket agent = await ConnectAsync(rig);
        agent.NoDelay = true;
        int length = Framed(ResolverRig.Question("api.example.com")).Length;
        for (int cut = 1; cut < length; cut++)
        {
            byte[] framed = Framed(ResolverRig.Question(cut % 2 == 0 ? "api.example.com" : "x.evil.example", id: (ushort)cut));
            await agent.SendAsync(framed.AsMemory(0, Math.Min(cut, framed.Length)));
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            await agent.SendAsync(framed.AsMemory(Math.Min(cut, framed.Length)));
            AgentReply reply = await ReceiveAsync(agent);
            Assert.Equal((cut, cut % 2 == 0 ? DnsResponseCode.NoError : DnsResponseCode.NameError), (reply.Header.Id, reply.Code));
        }
    }

    [Fact]
    public async Task Questions_in_one_segment_are_all_answered_in_order()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, "203.0.113.5");
        using Socket agent = await ConnectAsync(rig);
        byte[] first = Framed(ResolverRig.Question("api.example.com", id: 1)), second = Framed(ResolverRig.Question("x.evil.example", id: 2)), third = Framed(ResolverRig.Question("www.example.org", id: 3));
        await agent.SendAsync((byte[])[.. first, .. second, .. third[..5]]);
        await agent.SendAsync(third.AsMemory(5));
        AgentReply[] replies = [await ReceiveAsync(agent), await ReceiveAsync(agent), await ReceiveAsync(agent)];
        Assert.Equal([1, 2, 3], replies.Select(r => (int)r.Header.Id));
        Assert.Equal([DnsResponseCode.NoError, DnsResponseCode.NameError, DnsResponseCode.NoError], replies.Select(r => r.Code));
    }

    [Fact]
    public async Task A_long_answer_is_cut_over_UDP_and_whole_over_TCP()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        string[] many = [.. Enumerable.Range(1, 100).Select(i => $"203.0.113.{i}")];
        rig.Upstream.Answer = q => [q.Reply(w => w.Addresses(q, 60, many))];
        AgentReply cut = await rig.AskAsync("api.example.com", edns: 4096);
        Assert.True(cut.Header.IsTruncated);
        Assert.Empty(cut.Addresses);
        Assert.Equal(1, rig.Resolver.Counters.Truncated);
        using Socket agent = await ConnectAsync(rig);
        await agent.SendAsync(Framed(ResolverRig.Question("api.example.com")));
        Assert.Equal(many, (await ReceiveAsync(agent)).Addresses);
        Assert.Equal(1, rig.Resolver.Counters.Truncated);

        string[] some = [.. many.Take(40)];
        rig.Upstream.Answer = q => [q.Reply(w => w.Addresses(q, 60, some))];
        Assert.True((await rig.AskAsync("www.example.org", edns: null)).Header.IsTruncated);
        Assert.True((await rig.AskAsync("www.example.org", edns: 100)).Header.IsTruncated);
        Assert.Equal(some, (await rig.AskAsync("www.example.org", edns: 1232)).Addresses);
    }

    [Fact]
    public async Task An_idle_connection_is_closed()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, ResolverRig.QuickLimits with { IdleTimeout = TimeSpan.FromMilliseconds(200) });
        using Socket agent = await ConnectAsync(rig);
        await agent.SendAsync(Framed(ResolverRig.Question("api.example.com")).AsMemory(0, 3));
        Assert.Equal(0, await agent.ReceiveAsync(new byte[10]));
    }

    [Theory]
    [InlineData(new byte[] { 0, 3, 1, 2, 3 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 1 })]
    [InlineData(new byte[] { (byte)'G', (byte)'E', (byte)'T', (byte)' ', (byte)'/' })]
    [InlineData(new byte[] { 0, 0 })]
    public async Task What_is_no_DNS_ends_the_connection_and_is_recorded(byte[] bytes)
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        using Socket agent = await ConnectAsync(rig);
        await agent.SendAsync(bytes);
        Assert.Equal(0, await EndAsync(agent));
        Assert.Equal(Exeat.Policy.Reason.Malformed, rig.Sink.Last.Reason);
        Assert.Empty(rig.Upstream.Asked);
    }

    [Fact]
    public async Task What_is_no_DNS_and_waits_for_its_turn_gives_its_place_back()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        ResolverLimits limits = ResolverRig.QuickLimits with { QuestionsBurst = 1, QuestionsPerSecond = 4, LongestTurn = TimeSpan.FromSeconds(0.5), OutstandingPerAgent = 1 };
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, limits, time: time);
        rig.Upstream.Give(60, "203.0.113.5");
        for (int i = 1; i <= 2; i++)
        {
            using Socket agent = await ConnectAsync(rig);
            await agent.SendAsync(new byte[] { 0xff, 0xff, 0 });
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (rig.Resolver.Counters.Questions < i) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
            Task<int> end = EndAsync(agent);
            while (i == 2 && !end.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(0.25));
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
            }
            Assert.Equal(0, await end);
        }
        time.Advance(TimeSpan.FromSeconds(2));
        // What has to ask upstream needs the agent's only place.
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
    }

    [Fact]
    public async Task Connections_of_one_agent_are_bounded_and_others_do_not_notice()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, ResolverRig.QuickLimits with { ConnectionsPerAgent = 2 });
        rig.Upstream.Give(60, "203.0.113.5");
        using Socket first = await ConnectAsync(rig), second = await ConnectAsync(rig);
        foreach (Socket open in (Socket[])[first, second])
        {
            await open.SendAsync(Framed(ResolverRig.Question("api.example.com")));
            await ReceiveAsync(open);
        }
        using Socket third = await ConnectAsync(rig);
        Assert.Equal(0, await EndAsync(third));
        using Socket other = await ConnectAsync(rig, "127.0.0.2");
        await other.SendAsync(Framed(ResolverRig.Question("api.example.com")));
        Assert.Equal(["203.0.113.5"], (await ReceiveAsync(other)).Addresses);
    }

    [Fact]
    public async Task An_agent_that_leaves_makes_room()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, ResolverRig.QuickLimits with { ConnectionsPerAgent = 1, Connections = 1 });
        rig.Upstream.Give(60, "203.0.113.5");
        for (int i = 0; i < 5; i++)
        {
            using Socket agent = await ConnectAsync(rig);
            await agent.SendAsync(Framed(ResolverRig.Question("api.example.com")));
            Assert.Equal(["203.0.113.5"], (await ReceiveAsync(agent)).Addresses);
            // The server closes when it has seen our end, and has given the place back when the next connection is served.
            agent.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await EndAsync(agent));
        }
    }

    private static async Task<Socket> ConnectAsync(ResolverRig rig, string from = "127.0.0.1")
    {
        Socket socket = ResolverRig.Client(from, ProtocolType.Tcp);
        await socket.ConnectAsync(rig.EndPoint(IPAddress.Loopback));
        return socket;
    }

    private static byte[] Framed(byte[] message) => [(byte)(message.Length >> 8), (byte)message.Length, .. message];

    private static async Task<AgentReply> ReceiveAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        byte[] prefix = new byte[2];
        await stream.ReadExactlyAsync(prefix, patience.Token);
        byte[] message = new byte[prefix[0] << 8 | prefix[1]];
        await stream.ReadExactlyAsync(message, patience.Token);
        return new AgentReply(message);
    }

    private static async Task<int> EndAsync(Socket socket)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            return await socket.ReceiveAsync(new byte[10], SocketFlags.None, patience.Token);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }
}
