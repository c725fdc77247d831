using System.Net;
using System.Net.Sockets;
using Exeat.Flows;
using Exeat.Gateway.Dns;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire.Dns;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Dns;

public sealed class LimitTests
{
    [Theory, InlineData(1, 64), InlineData(100, 64), InlineData(400, 200), InlineData(100_000, 512)]
    public void What_comes_above_a_higher_rate_within_the_longest_turn_finds_room_in_the_queue(int rate, int queued)
    {
        ResolverLimits limits = ResolverLimits.Of(new GatewayLimits { DnsQuestionsPerSecond = rate });
        Assert.Equal((rate, queued), (limits.QuestionsPerSecond, limits.QueuedPerAgent));
        Assert.Equal(new ResolverLimits(), ResolverLimits.Of(new GatewayLimits()));
    }

    [Fact]
    public async Task Questions_above_the_rate_are_refused_and_counted_and_others_do_not_notice()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, ResolverRig.QuickLimits with { QuestionsBurst = 3, QuestionsPerSecond = 1 }, time: time);
        for (int i = 0; i < 3; i++) Assert.Equal(DnsResponseCode.NameError, (await rig.AskAsync("x.evil.example")).Code);
        for (int i = 0; i < 5; i++) Assert.Equal(DnsResponseCode.Refused, (await rig.AskAsync("x.evil.example")).Code);
        Assert.Equal(DnsResponseCode.NameError, (await rig.AskAsync("x.evil.example", from: "127.0.0.2")).Code);
        RecordedFlow first = Assert.Single(rig.Sink.Records, r => r.Reason == Reason.DnsQuota);
        Assert.Equal((FlowEventKind.Counted, 1L, "coder"), (first.Kind, first.Count, first.Agent));

        await AdvanceAsync(time, rig, 1, records: 6);
        Assert.Equal((FlowEventKind.Counted, 4L, Reason.DnsQuota), (rig.Sink.Last.Kind, rig.Sink.Last.Count, rig.Sink.Last.Reason));
        Assert.Equal(DnsResponseCode.NameError, (await rig.AskAsync("x.evil.example")).Code);
        Assert.Equal(5, rig.Resolver.Counters.OverLimit);
    }

    // A program that looks a name up for each of its connections is slowed down, not broken; what is beyond any turn is refused as before.
    [Fact]
    public async Task A_question_a_little_above_the_rate_waits_for_its_turn()
    {
        var time = new CountedTime(TimeProvider.System.GetUtcNow());
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, ResolverRig.QuickLimits with { QuestionsBurst = 1, QuestionsPerSecond = 4, LongestTurn = TimeSpan.FromSeconds(0.5) }, time: time);
        Assert.Equal(DnsResponseCode.NameError, (await rig.AskAsync("x.evil.example")).Code);
        int timers = time.Timers;
        Task<AgentReply> second = rig.AskAsync("x.evil.example"), third = rig.AskAsync("x.evil.example");
        // Both have begun to wait, or the clock would move before they do.
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
            while (rig.Resolver.Counters.Questions < 3 || time.Timers < timers + 2) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        Assert.Equal(DnsResponseCode.Refused, (await rig.AskAsync("x.evil.example")).Code);
        Assert.False(second.IsCompleted || third.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.25));
        Task<AgentReply> first = await Task.WhenAny(second, third);
        Assert.Equal(DnsResponseCode.NameError, (await first).Code);
        Assert.False((first == second ? third : second).IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.25));
        Assert.Equal([DnsResponseCode.NameError, DnsResponseCode.NameError], (await Task.WhenAll(second, third)).Select(reply => reply.Code));
        Assert.Equal(1, rig.Resolver.Counters.OverLimit);
    }

    [Theory]
    [InlineData("127.0.0.1", false), InlineData("::1", false), InlineData("127.0.0.1", true), InlineData("::1", true)]
    public async Task A_question_whose_turn_never_comes_has_its_record(string from, bool stops)
    {
        var time = new CountedTime(TimeProvider.System.GetUtcNow());
        ResolverRig rig = ResolverRig.Start(TestPolicy.Head, ResolverRig.QuickLimits with { QuestionsBurst = 1, QuestionsPerSecond = 4, LongestTurn = TimeSpan.FromSeconds(0.5) }, time: time);
        try
        {
            Assert.Equal(DnsResponseCode.NameError, (await rig.AskAsync("x.evil.example", from: from)).Code);
            int timers = time.Timers;
            using Socket agent = ResolverRig.Client(from);
            await agent.SendToAsync(ResolverRig.Question("late.example.org"), rig.EndPoint(IPAddress.Parse(from)));
            using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
                while (rig.Resolver.Counters.Questions < 2 || time.Timers < timers + 1) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
            // Control: while it waits, nothing was said of it.
            Assert.Equal("Question x.evil.example", Assert.Single(rig.Sink.Records).Names);
            if (stops)
            {
                await rig.DisposeAsync();
            }
            else
            {
                // The gateway goes on, and another agent has the address now.
                rig.Snapshot = TestPolicy.Compile(TestPolicy.Head, 2, coder: "successor");
                time.Advance(TimeSpan.FromSeconds(0.5));
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                while (rig.Sink.Records.Length < 2) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
            }
            RecordedFlow told = rig.Sink.Records[^1];
            Assert.Equal(("Question late.example.org", "coder", Verdict.Deny, stops ? Reason.DnsQuota : Reason.PolicyChanged, true), (told.Names, told.Agent, told.Verdict, told.Reason, told.Enforced));
            Assert.Equal(2, rig.Sink.Records.Length);
            Assert.Empty(rig.Upstream.Asked);
        }
        finally
        {
            if (!stops) await rig.DisposeAsync();
        }
    }

    [Fact]
    public async Task Waiting_questions_of_one_agent_are_bounded_and_others_do_not_notice()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, ResolverRig.QuickLimits with { OutstandingPerAgent = 2, QueuedPerAgent = 0, AttemptTimeout = TimeSpan.FromSeconds(30) });
        rig.Upstream.Answer = q => q.Name.StartsWith("slow", StringComparison.Ordinal) ? [] : [q.Reply(w => w.Addresses(q, 60, "203.0.113.5"))];
        using Socket agent = ResolverRig.Client("127.0.0.1");
        IPEndPoint to = rig.EndPoint(IPAddress.Loopback);
        await agent.SendToAsync(ResolverRig.Question("slow1.example.org"), to);
        await agent.SendToAsync(ResolverRig.Question("slow2.example.org"), to);
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
            while (rig.Upstream.Asked.Count < 2) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        Assert.Equal(DnsResponseCode.Refused, (await rig.AskAsync("fast.example.org")).Code);
        Assert.Equal((FlowEventKind.Counted, Reason.LimitReached), (rig.Sink.Last.Kind, rig.Sink.Last.Reason));
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("fast.example.org", from: "127.0.0.2")).Addresses);
        // What is remembered needs no place.
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("fast.example.org")).Addresses);
    }

    [Fact]
    public async Task Different_names_below_a_permitted_zone_have_a_quota()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, ResolverRig.QuickLimits with { NamesPerZone = 3 });
        rig.Upstream.Give(60, "203.0.113.5");
        for (int i = 0; i < 3; i++) Assert.Equal(["203.0.113.5"], (await rig.AskAsync($"chunk{i}.t.example.org")).Addresses);
        Assert.Equal(DnsResponseCode.Refused, (await rig.AskAsync("chunk3.u.example.org")).Code);
        Assert.Equal((Reason.DnsQuota, Verdict.Deny, true), (rig.Sink.Last.Reason, rig.Sink.Last.Verdict, rig.Sink.Last.Enforced));
        Assert.Equal(3, rig.Upstream.Asked.Count);
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("chunk0.t.example.org")).Addresses);
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("api.example.com")).Addresses);
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("chunk4.t.example.org", from: "127.0.0.2")).Addresses);
    }

    [Fact]
    public async Task Monitor_says_that_the_quota_would_have_refused()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Monitored, ResolverRig.QuickLimits with { NamesPerZone = 1 });
        rig.Upstream.Give(60, "203.0.113.5");
        await rig.AskAsync("a.example.org");
        Assert.Equal(["203.0.113.5"], (await rig.AskAsync("b.example.org")).Addresses);
        Assert.Equal((Reason.DnsQuota, Verdict.Deny, false), (rig.Sink.Last.Reason, rig.Sink.Last.Verdict, rig.Sink.Last.Enforced));
    }

    [Fact]
    public void The_quota_counts_names_zones_and_bytes_in_a_window()
    {
        var time = new FakeTimeProvider();
        var quota = new NameQuota(new ResolverLimits { NamesPerZone = 2, NamesPerWindow = 4, NameBytesPerWindow = 60 }, time);
        Assert.True(quota.TryTake(Name("a.example.co.uk")));
        Assert.True(quota.TryTake(Name("a.example.co.uk")));
        Assert.True(quota.TryTake(Name("b.example.co.uk")));
        Assert.False(quota.TryTake(Name("c.d.example.co.uk")));
        Assert.True(quota.TryTake(Name("a.other.co.uk")));
        Assert.True(quota.TryTake(Name("x.test")));
        Assert.False(quota.TryTake(Name("y.test")));
        time.Advance(TimeSpan.FromHours(1));
        Assert.False(quota.TryTake(Name(new string('a', 61))));
        Assert.True(quota.TryTake(Name(new string('a', 60))));
        Assert.False(quota.TryTake(Name("b")));
    }

    [Fact]
    public async Task A_remembered_answer_binds_for_the_second_agent_and_counts_down()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head, time: time);
        rig.Upstream.Give(60, "203.0.113.5");
        await rig.AskAsync("api.example.com");
        time.Advance(TimeSpan.FromSeconds(20));
        AgentReply reply = await rig.AskAsync("api.example.com", from: "127.0.0.2");
        Assert.Equal(40, Assert.Single(reply.Records).Ttl);
        Assert.Equal(["api.example.com"], rig.Bound("other", "203.0.113.5"));
        Assert.Equal(("other", "allow-core"), (rig.Sink.Last.Agent, rig.Sink.Last.Rule));
        Assert.Single(rig.Upstream.Asked);
        Assert.Equal(1, rig.Resolver.Counters.CacheHits);
        time.Advance(TimeSpan.FromSeconds(41));
        await rig.AskAsync("api.example.com");
        Assert.Equal(2, rig.Upstream.Asked.Count);
    }

    [Theory]
    [InlineData(0, 0, 2)]
    [InlineData(int.MaxValue, 3600, 1)]
    public async Task A_TTL_of_nothing_is_not_remembered_and_a_huge_one_is_cut(int ttl, int told, int asked)
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(ttl, "203.0.113.5");
        Assert.Equal(told, Assert.Single((await rig.AskAsync("api.example.com")).Records).Ttl);
        await rig.AskAsync("api.example.com");
        Assert.Equal(asked, rig.Upstream.Asked.Count);
        Assert.Equal(["api.example.com"], rig.Bound("coder", "203.0.113.5"));
    }

    [Fact]
    public async Task A_denied_name_is_not_answered_from_memory()
    {
        await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
        rig.Upstream.Give(60, "203.0.113.5");
        await rig.AskAsync("api.example.com");
        rig.Snapshot = TestPolicy.Compile(TestPolicy.Head.Replace("api.example.com, ", "", StringComparison.Ordinal), 2);
        Assert.Empty((await rig.AskAsync("api.example.com", from: "127.0.0.2")).Addresses);
        Assert.Empty(rig.Bound("other", "203.0.113.5"));
    }

    [Fact]
    public void A_full_cache_remembers_no_newcomer_until_something_ended()
    {
        var time = new FakeTimeProvider();
        var cache = new AnswerCache(1, time);
        var answer = new Answer(DnsResponseCode.NoError, [], [], 60);
        cache.Store(Name("a.test"), DnsType.A, answer);
        cache.Store(Name("b.test"), DnsType.A, answer);
        Assert.NotNull(cache.Find(Name("a.test"), DnsType.A, out _));
        Assert.Null(cache.Find(Name("a.test"), DnsType.AAAA, out _));
        Assert.Null(cache.Find(Name("b.test"), DnsType.A, out _));
        time.Advance(TimeSpan.FromSeconds(60));
        cache.Store(Name("b.test"), DnsType.A, answer);
        Assert.NotNull(cache.Find(Name("b.test"), DnsType.A, out int left));
        Assert.Equal(60, left);
    }

    private static DomainName Name(string text) => DomainName.FromCanonical(System.Text.Encoding.ASCII.GetBytes(text));

    // The timer's work runs behind Advance; its record is what we wait for.
    private static async Task AdvanceAsync(FakeTimeProvider time, ResolverRig rig, int seconds, int records)
    {
        time.Advance(TimeSpan.FromSeconds(seconds));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (rig.Sink.Records.Length < records) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
    }
}
