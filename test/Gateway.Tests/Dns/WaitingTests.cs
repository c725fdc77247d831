using System.Net;
using System.Net.Sockets;
using Exeat.Flows;
using Exeat.Gateway.Dns;
using Exeat.Policy;
using Exeat.Wire.Dns;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Dns;

/// <summary>Questions that wait: for the answer to the same question of somebody else, for a place, in the queue.</summary>
public sealed class WaitingTests
{
    private static readonly ResolverLimits Patient = ResolverRig.QuickLimits with { AttemptTimeout = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task Equal_questions_share_one_upstream_and_each_is_judged_recorded_and_bound_on_its_own()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, Patient);
        using var held = new ManualResetEventSlim();
        rig.Upstream.Answer = q => Held(held, q);
        Task<AgentReply>[] mine = [.. Enumerable.Range(0, 5).Select(i => rig.AskAsync(i % 2 == 0 ? "api.example.com" : "API.example.COM", from: i < 3 ? "127.0.0.1" : "::1"))];
        Task<AgentReply>[] others = [.. Enumerable.Range(0, 3).Select(_ => rig.AskAsync("api.example.com", from: "127.0.0.2"))];
        // Who may not ask is refused meanwhile as ever, and another type is another question.
        Task<AgentReply> refused = rig.AskAsync("x.evil.example"), ipv6 = rig.AskAsync("api.example.com", DnsType.AAAA);
        Assert.Equal(DnsResponseCode.NameError, (await refused).Code);
        await UntilAsync(() => rig.Resolver.Counters.Forwarded == 9);
        Assert.Empty(rig.Bound("coder", "203.0.113.5"));
        held.Set();
        foreach (AgentReply reply in await Task.WhenAll([.. mine, .. others])) Assert.Equal(["203.0.113.5"], reply.Addresses);
        Assert.Equal(["2001:db8::5"], (await ipv6).Addresses);
        Assert.Equal(["api.example.com A", "api.example.com AAAA"], rig.Upstream.Asked.Order());
        Assert.Equal(["api.example.com"], rig.Bound("coder", "203.0.113.5"));
        Assert.Equal(["api.example.com"], rig.Bound("other", "203.0.113.5"));
        RecordedFlow[] permits = [.. rig.Sink.Records.Where(record => record.Verdict == Verdict.Permit)];
        Assert.Equal((6, 3), (permits.Count(record => record.Agent == "coder"), permits.Count(record => record.Agent == "other")));
    }

    [Fact]
    public async Task An_answer_that_was_shared_is_screened_under_the_policy_of_now_for_each()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, Patient);
        using var held = new ManualResetEventSlim();
        rig.Upstream.Answer = q => Held(held, q);
        Task<AgentReply> mine = rig.AskAsync("api.example.com"), others = rig.AskAsync("api.example.com", from: "127.0.0.2");
        await UntilAsync(() => rig.Resolver.Counters.Forwarded == 2);
        rig.Snapshot = TestPolicy.Compile(TestPolicy.Head, 2, quarantined: "other");
        held.Set();
        Assert.Equal(["203.0.113.5"], (await mine).Addresses);
        Assert.Empty((await others).Addresses);
        Assert.Empty(rig.Bound("other", "203.0.113.5"));
        Assert.Equal((Reason.Quarantined, Verdict.Deny), rig.Sink.Records.Where(record => record.Agent == "other").Select(record => (record.Reason, record.Verdict)).Last());
        Assert.Single(rig.Upstream.Asked);
    }

    [Fact]
    public async Task A_failure_is_shared_and_the_next_question_asks_again()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, Patient);
        using var held = new ManualResetEventSlim();
        rig.Upstream.Answer = q => Failed(held, q);
        Task<AgentReply>[] asked = [.. Enumerable.Range(0, 4).Select(_ => rig.AskAsync("api.example.com"))];
        await UntilAsync(() => rig.Resolver.Counters.Forwarded == 4);
        held.Set();
        foreach (AgentReply reply in await Task.WhenAll(asked)) Assert.Equal(DnsResponseCode.ServerFailure, reply.Code);
        Assert.Single(rig.Upstream.Asked);
        rig.Upstream.Give(60, "203.0.113.5");
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal(2, rig.Upstream.Asked.Count);
    }

    [Fact]
    public async Task A_burst_of_two_hundred_names_is_answered()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, Patient);
        using var held = new ManualResetEventSlim();
        rig.Upstream.Answer = q => Held(held, q);
        using Socket agent = ResolverRig.Client("127.0.0.1");
        IPEndPoint to = rig.EndPoint(IPAddress.Loopback);
        for (int i = 0; i < 200; i++) await agent.SendToAsync(ResolverRig.Question($"h{i}.example.org", id: (ushort)i), to);
        await UntilAsync(() => rig.Resolver.Counters.Questions == 200);
        await UntilAsync(() => rig.Resolver.Counters.Forwarded + rig.Resolver.Counters.OverLimit == 200);
        held.Set();
        var answered = new HashSet<ushort>();
        while (answered.Count < 200)
        {
            AgentReply reply = await HearAsync(agent);
            Assert.Equal(["203.0.113.5"], reply.Addresses);
            answered.Add(reply.Header.Id);
        }
        Assert.Equal(0, rig.Resolver.Counters.OverLimit);
    }

    [Fact]
    public async Task A_question_without_a_place_waits_for_one_in_a_queue_that_is_bounded()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, Patient with { OutstandingPerAgent = 1, QueuedPerAgent = 2 }, time: time);
        using var held = new ManualResetEventSlim();
        rig.Upstream.Answer = q => Held(held, q);
        Task<AgentReply> first = rig.AskAsync("a.example.org");
        await UntilAsync(() => rig.Resolver.Counters.Forwarded == 1);
        Task<AgentReply>[] queued = [rig.AskAsync("b.example.org"), rig.AskAsync("c.example.org")];
        await UntilAsync(() => rig.Resolver.Counters.Questions == 3);
        // The queue is full; of what stands in it nothing was said, and nothing left.
        Assert.Equal(DnsResponseCode.Refused, (await rig.AskAsync("d.example.org")).Code);
        Assert.Equal((FlowEventKind.Counted, Reason.LimitReached), (rig.Sink.Last.Kind, rig.Sink.Last.Reason));
        Assert.Equal(2, rig.Sink.Records.Length);
        Assert.False(queued[0].IsCompleted || queued[1].IsCompleted);
        held.Set();
        foreach (AgentReply reply in await Task.WhenAll([first, .. queued])) Assert.Equal(["203.0.113.5"], reply.Addresses);
        Assert.Equal(["a.example.org A", "b.example.org A", "c.example.org A"], rig.Upstream.Asked.Order());
        Assert.Equal(4, rig.Sink.Records.Length);
        // Every place is free again: the queue is as long as it was.
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("e.example.org")).Addresses);
    }

    [Theory, InlineData("127.0.0.1", "too long"), InlineData("::1", "too long"), InlineData("127.0.0.1", "stop"), InlineData("::1", "stop"),
        InlineData("127.0.0.1", "successor"), InlineData("::1", "successor")]
    public async Task A_question_that_finds_no_place_in_time_is_refused_and_recorded(string from, string ending)
    {
        var time = new CountedTime(TimeProvider.System.GetUtcNow());
        ResolverRig rig = ResolverRig.Start(TestPolicy.Head, Patient with { OutstandingPerAgent = 1, QueuedPerAgent = 1 }, time: time);
        using var held = new ManualResetEventSlim();
        rig.Upstream.Answer = q => Held(held, q);
        try
        {
            using Socket first = ResolverRig.Client(from), late = ResolverRig.Client(from);
            await first.SendToAsync(ResolverRig.Question("a.example.org"), rig.EndPoint(IPAddress.Parse(from)));
            await UntilAsync(() => rig.Upstream.Packets.Count == 1);
            int timers = time.Timers;
            await late.SendToAsync(ResolverRig.Question("late.example.org"), rig.EndPoint(IPAddress.Parse(from)));
            await UntilAsync(() => time.Timers > timers);
            Assert.Single(rig.Sink.Records);
            if (ending == "successor") rig.Snapshot = TestPolicy.Compile(TestPolicy.Head, 2, coder: "successor");
            if (ending == "stop")
            {
                Task stopped = rig.DisposeAsync().AsTask();
                await UntilAsync(() => rig.Sink.Records.Length > 1);
                held.Set();
                await stopped;
            }
            else if (ending == "successor")
            {
                held.Set();
                await UntilAsync(() => rig.Sink.Records.Any(record => record.Names.Contains("late", StringComparison.Ordinal)));
            }
            else
            {
                time.Advance(new ResolverLimits().LongestWait);
                Assert.Equal(DnsResponseCode.Refused, (await HearAsync(late)).Code);
                // Control: nothing came of it later either.
                held.Set();
                Assert.Equal(["203.0.113.5"], (await HearAsync(first)).Addresses);
                Assert.Equal(["203.0.113.5"], (await rig.AskAsync("b.example.org", from: from)).Addresses);
            }
            (Reason reason, FlowEventKind kind) = ending switch
            {
                "too long" => (Reason.LimitReached, FlowEventKind.Counted),
                "stop" => (Reason.LimitReached, FlowEventKind.Decision),
                _ => (Reason.PolicyChanged, FlowEventKind.Decision),
            };
            RecordedFlow told = Assert.Single(rig.Sink.Records, record => record.Names == "Question late.example.org");
            Assert.Equal(("coder", Verdict.Deny, reason, kind, true), (told.Agent, told.Verdict, told.Reason, told.Kind, told.Enforced));
            Assert.DoesNotContain("late.example.org A", rig.Upstream.Asked);
            Assert.Equal(0, late.Available);
        }
        finally
        {
            held.Set();
            if (ending != "stop") await rig.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("127.0.0.1", ProtocolType.Udp, "an answer"), InlineData("127.0.0.1", ProtocolType.Udp, "a failure")]
    [InlineData("::1", ProtocolType.Udp, "an answer"), InlineData("::1", ProtocolType.Udp, "a failure")]
    [InlineData("127.0.0.1", ProtocolType.Tcp, "an answer"), InlineData("127.0.0.1", ProtocolType.Tcp, "a failure")]
    [InlineData("::1", ProtocolType.Tcp, "an answer"), InlineData("::1", ProtocolType.Tcp, "a failure")]
    public async Task What_an_agent_asked_is_not_told_to_the_next_that_has_its_address(string from, ProtocolType protocol, string upstream)
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, Patient);
        using var held = new ManualResetEventSlim();
        rig.Upstream.Answer = q => upstream == "an answer" ? Held(held, q) : Failed(held, q);
        using Socket socket = ResolverRig.Client(from, protocol);
        bool isTcp = protocol == ProtocolType.Tcp;
        await socket.ConnectAsync(rig.EndPoint(IPAddress.Parse(from)));
        byte[] question = ResolverRig.Question("api.example.com", id: 0x1111);
        await socket.SendAsync(isTcp ? [0, (byte)question.Length, .. question] : question);
        await UntilAsync(() => rig.Upstream.Packets.Count == 1);
        rig.Snapshot = TestPolicy.Compile(TestPolicy.Head, 2, coder: "successor");
        held.Set();
        await UntilAsync(() => rig.Sink.Records.Length > 1);
        RecordedFlow told = rig.Sink.Last;
        Assert.Equal(("Question api.example.com", Verdict.Deny, true), (told.Names, told.Verdict, told.Enforced));
        Assert.Equal(upstream == "an answer" ? Reason.PolicyChanged : Reason.DnsUpstreamFailed, told.Reason);
        Assert.Equal("coder", told.Agent);
        Assert.Empty(rig.Bound("successor", "203.0.113.5"));
        if (isTcp)
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[512]));
            return;
        }
        // Control: whoever has the address now is answered what it asks itself.
        rig.Upstream.Give(60, "203.0.113.7");
        await socket.SendAsync(ResolverRig.Question("api.example.com", DnsType.HTTPS, id: 0x2222));
        Assert.Equal(0x2222, (await HearAsync(socket)).Header.Id);
    }

    /// <summary>However an agent floods, with names that no upstream answers: half of all places are for those who have few.</summary>
    [Fact]
    public async Task A_flood_by_one_agent_leaves_the_others_their_places()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, Patient with { Outstanding = 8, OutstandingPerAgent = 8, QueuedPerAgent = 8, LeastShare = 2 });
        rig.Upstream.Answer = q => q.Name.StartsWith("slow", StringComparison.Ordinal) ? [] : [q.Reply(w => w.Addresses(q, 60, "203.0.113.5"))];
        using Socket agent = ResolverRig.Client("127.0.0.1");
        IPEndPoint to = rig.EndPoint(IPAddress.Loopback);
        for (int i = 0; i < 40; i++) await agent.SendToAsync(ResolverRig.Question($"slow{i}.example.org"), to);
        await UntilAsync(() => rig.Resolver.Counters.Questions == 40);
        await UntilAsync(() => rig.Resolver.Counters.Forwarded + rig.Resolver.Counters.OverLimit == 40);
        Assert.Equal((4, 36), (rig.Resolver.Counters.Forwarded, rig.Resolver.Counters.OverLimit));
        for (int i = 0; i < 10; i++) Assert.Equal(["203.0.113.5"], (await rig.AskAsync($"fast{i}.example.org", from: "127.0.0.2")).Addresses);
        using Socket other = ResolverRig.Client("127.0.0.2");
        for (int i = 0; i < 3; i++) await other.SendToAsync(ResolverRig.Question($"slow{i}.example.net.example.org"), to);
        await UntilAsync(() => rig.Resolver.Counters.Forwarded + rig.Resolver.Counters.OverLimit == 53);
        // Its share, and no more of the rest than that.
        Assert.Equal(37, rig.Resolver.Counters.OverLimit);
    }

    private static IEnumerable<byte[]> Held(ManualResetEventSlim held, UpstreamQuestion question)
    {
        held.Wait(TimeSpan.FromSeconds(30));
        return [question.Reply(w => w.Addresses(question, 60, "203.0.113.5", "2001:db8::5"))];
    }

    private static IEnumerable<byte[]> Failed(ManualResetEventSlim held, UpstreamQuestion question)
    {
        held.Wait(TimeSpan.FromSeconds(30));
        return [question.Reply(code: DnsResponseCode.ServerFailure)];
    }

    internal static async Task<AgentReply> HearAsync(Socket agent)
    {
        byte[] room = new byte[65535];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return new AgentReply(room[..await agent.ReceiveAsync(room, SocketFlags.None, patience.Token)]);
    }

    internal static async Task UntilAsync(Func<bool> there)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!there()) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
    }
}
