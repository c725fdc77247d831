using Exeat.Flows;
using Exeat.Policy;
using Exeat.Testing;

namespace Exeat.Gateway.Tests.Records;

public sealed class AgentRecordsTests
{
    [Fact]
    public void Refusals_within_the_rate_have_a_record_each()
    {
        using var rig = new RecordsRig();
        for (int i = 0; i < 20; i++) rig.Records.Append(RecordsRig.Denial());
        Assert.Equal(20, rig.Read().Count(e => e.Event == "decision"));
        Assert.Equal(0, rig.Records.Counted);
    }

    [Fact]
    public void A_flood_of_one_refusal_is_counted_to_the_last_one()
    {
        using var rig = new RecordsRig();
        for (int i = 0; i < 5000; i++) Assert.True(rig.Records.Append(RecordsRig.Denial()));
        Assert.Equal(4979, rig.Records.Waiting);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        rig.Records.Flush();
        Assert.Equal(0, rig.Records.Waiting);
        List<FlowEvent> read = rig.Read();
        Assert.Equal(5000, rig.Attempts("ag-1"));
        Assert.Equal(22, read.Count);
        FlowEvent last = read[^1];
        Assert.Equal(("counted", 4979L, "default-deny", 443, "203.0.113.1", "deny"), (last.Event, last.Count, last.Rule, last.Port, last.Destination, last.Verdict));
        Assert.Equal(last.Flow, read[^2].Flow);
        Assert.Equal(1, read[^2].Count);
    }

    [Fact]
    public void The_first_of_each_kind_is_written_at_once_inside_a_flood()
    {
        using var rig = new RecordsRig();
        for (int i = 0; i < 500; i++) rig.Records.Append(RecordsRig.Denial());
        rig.Records.Append(RecordsRig.Denial(port: 22));
        Assert.Single(rig.Read(), e => e.Port == 22);
    }

    [Fact]
    public void A_rule_that_logs_counted_is_counted_from_the_first_on()
    {
        using var rig = new RecordsRig();
        for (int i = 0; i < 3; i++) rig.Records.Append(RecordsRig.Denial(log: RuleLog.Counted));
        rig.Records.Append(RecordsRig.Denial(log: RuleLog.Counted, name: "other.example"));
        rig.Records.Flush(all: true);
        Assert.All(rig.Read(), e => Assert.Equal("counted", e.Event));
        Assert.Equal([1, 1, 2], rig.Read().Select(e => e.Count).Order());
    }

    [Fact]
    public void The_denial_id_that_is_told_is_in_the_journal()
    {
        using var rig = new RecordsRig(burst: 1);
        rig.Records.Record(RecordsRig.Denial(), out Guid single);
        rig.Records.Record(RecordsRig.Denial(), out Guid first);
        rig.Records.Record(RecordsRig.Denial(), out Guid repeated);
        Assert.NotEqual(single, first);
        Assert.Equal(first, repeated);
        Assert.Contains(rig.Read(), e => e.Denial == DenialId.Of(repeated) && e.Flow == repeated.ToString());
    }

    [Fact]
    public void One_that_tries_everything_is_counted_by_rule_and_reason_beyond_the_places_for_counts()
    {
        using var rig = new RecordsRig(burst: 1, tallies: 16);
        for (ushort port = 1; port <= 4000; port++) rig.Records.Append(RecordsRig.Denial(port: port));
        rig.Records.Flush(all: true);
        List<FlowEvent> read = rig.Read();
        Assert.Equal(4000, rig.Attempts("ag-1"));
        Assert.InRange(read.Count, 17, 40);
        Assert.Contains(read, e => e.Port == 0 && e.Count > 3900);
    }

    [Fact]
    public void A_share_that_is_half_gone_counts_all_refusals_and_still_permits()
    {
        using var rig = new RecordsRig(shareBytes: 20_000, burst: 1000);
        do rig.Records.Append(RecordsRig.Denial());
        while (rig.Records.BytesLeft().Single().Bytes >= 10_000);
        int singles = rig.Read().Count(e => e.Event == "decision");
        for (int i = 0; i < 50; i++) rig.Records.Append(RecordsRig.Denial());
        Assert.True(rig.Records.Append(RecordsRig.Permit()));
        Assert.Equal(singles, rig.Read().Count(e => e is { Event: "decision", Verdict: "deny" }));
        rig.Records.Flush(all: true);
        Assert.Equal(singles + 50, rig.Attempts("ag-1", e => e.Verdict == "deny"));
    }

    [Fact]
    public void One_agents_exhausted_share_stops_its_own_permits_and_nobody_elses()
    {
        using var rig = new RecordsRig(shareBytes: 20_000);
        int permits = 0;
        while (rig.Records.Append(RecordsRig.Permit())) permits++;
        Assert.InRange(permits, 30, 100);
        for (int i = 0; i < 500; i++) Assert.False(rig.Records.Append(RecordsRig.Permit()));
        Assert.True(rig.Records.Append(RecordsRig.Permit("ag-2")));
        Assert.True(rig.Records.Append(RecordsRig.Denial("ag-2")));
        rig.Records.Flush(all: true);
        List<FlowEvent> read = rig.Read();
        Assert.Equal(501, rig.Attempts("ag-1", e => e.Reason == "limit-reached" && e.Verdict == "deny" && e.Enforced == true));
        Assert.InRange(read.Count(e => e.Reason == "limit-reached"), 1, 3);
        Assert.Equal(501, rig.Records.Exhausted);
        // The share comes back with time.
        rig.Time.Advance(TimeSpan.FromHours(6));
        Assert.True(rig.Records.Append(RecordsRig.Permit()));
    }

    [Fact]
    public void A_flood_of_a_day_takes_no_more_than_the_share_and_a_trickle_and_counts_every_attempt()
    {
        using var rig = new RecordsRig(shareBytes: 100_000, perSecond: 20, burst: 400);
        long sent = 0;
        for (int second = 0; second < 24 * 3600; second += 5)
        {
            for (int i = 0; i < 30; i++, sent++) rig.Records.Append(RecordsRig.Denial(port: (ushort)(1 + sent % 60_000)));
            rig.Time.Advance(TimeSpan.FromSeconds(5));
            rig.Records.Flush();
        }
        rig.Records.Flush(all: true);
        List<FlowEvent> read = rig.Read();
        Assert.Equal(sent, rig.Attempts("ag-1"));
        // A share at the beginning, one that came back over the day, and a line a minute.
        Assert.InRange(read.Sum(e => (long)e.Raw.Length), 100_000, 2 * 100_000 + 24 * 60 * 600);
    }

    [Fact]
    public void Ends_are_written_though_the_share_is_used_up()
    {
        using var rig = new RecordsRig(shareBytes: 2000);
        while (rig.Records.Append(RecordsRig.Permit())) { }
        Assert.True(rig.Records.Append(new FlowDraft { Flow = Guid.CreateVersion7(), Kind = FlowEventKind.End, AgentId = "ag-1", End = "closed" }));
        Assert.Single(rig.Read(), e => e.Event == "end");
    }

    [Fact]
    public void Verdicts_are_counted_by_reason_whether_written_or_not()
    {
        using var rig = new RecordsRig(burst: 1);
        for (int i = 0; i < 100; i++) rig.Records.Append(RecordsRig.Denial(reason: Reason.NameNotBound));
        rig.Records.Append(RecordsRig.Permit());
        Assert.Equal(
            ["verdict=\"deny\",enforced=\"true\",reason=\"name-not-bound\" 100", "verdict=\"permit\",enforced=\"true\",reason=\"permitted-by-rule\" 1"],
            rig.Verdicts.Read().Select(one => $"{one.Labels} {one.Value}"));
    }

    [Fact]
    public void Counting_allocates_nothing_in_steady_state()
    {
        using var rig = new RecordsRig(burst: 1);
        FlowDraft warm = RecordsRig.Denial();
        rig.Records.Append(warm);
        byte[] name = "www.example.org"u8.ToArray();
        Guid flow = Guid.CreateVersion7();
        Assert.Equal(0, Allocations.Of(() => rig.Records.Append(new FlowDraft
        {
            Flow = flow,
            Kind = FlowEventKind.Decision,
            AgentId = "ag-1",
            ClaimedName = name,
            Port = 443,
            RuleName = "default-deny",
            Verdict = Verdict.Deny,
            Enforced = true,
        })));
    }
}
