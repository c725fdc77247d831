using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Records;
using Exeat.Linux;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>What is recorded of a flow's life after its permit: counts while it lives, and how it ended.</summary>
public sealed class FlowTotalsTests
{
    [Theory]
    [InlineData(TcpState.TimeWait, "closed")]
    [InlineData(TcpState.LastAck, "closed")]
    [InlineData(TcpState.CloseWait, "closed")]
    [InlineData(TcpState.FinWait, "closed")]
    [InlineData(TcpState.Close, "reset")]
    [InlineData(TcpState.Established, "timeout")]
    [InlineData(TcpState.SynSent, "timeout")]
    public void The_end_of_a_TCP_flow_is_conntracks_last_state(TcpState state, string word) => Assert.Equal(word, ConnectionEndings.WordFor(6, state));

    [Fact]
    public void Datagrams_end_when_nothing_comes_any_more() => Assert.Equal("timeout", ConnectionEndings.WordFor(17, TcpState.None));

    [Theory, InlineData(false), InlineData(true)]
    public void A_long_flow_is_updated_with_its_counts_and_ends_with_how_and_without_the_kernels_linger(bool v6)
    {
        using var bench = new JudgeBench(v6);
        FlowKey key = Permitted(bench);
        Update(bench, key, new FlowCounts(10, 20, 1, 2));
        Assert.DoesNotContain(bench.Records(), e => e.Event == "update");
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        Update(bench, key, new FlowCounts(100, 200, 10, 20));
        Update(bench, key, new FlowCounts(101, 200, 11, 20));
        FlowEvent update = Assert.Single(bench.Records(), e => e.Event == "update");
        Assert.Equal((100L, 200L, 10L, 20L, 60_000L), (update.BytesOut, update.BytesIn, update.PacketsOut, update.PacketsIn, update.DurationMs));
        // Nothing new: nothing to say.
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        Update(bench, key, new FlowCounts(100, 200, 10, 20));
        Assert.Single(bench.Records(), e => e.Event == "update");

        bench.Time.Advance(TimeSpan.FromMinutes(1));
        bench.Tcp.Ended(key, new FlowCounts(111, 222, 11, 22) { How = "reset", Lingered = TimeSpan.FromSeconds(10) }, bench.Snapshot);
        bench.Commit();
        FlowEvent end = Assert.Single(bench.Records(), e => e.Event == "end");
        Assert.Equal(("reset", 111L, 170_000L, update.Flow), (end.End, end.BytesOut, end.DurationMs, end.Flow));
    }

    [Fact]
    public void An_end_that_nobody_heard_has_the_counts_of_the_last_update()
    {
        using var bench = new JudgeBench();
        FlowKey key = Permitted(bench);
        bench.Time.Advance(TimeSpan.FromMinutes(2));
        Update(bench, key, new FlowCounts(100, 200, 10, 20));
        bench.Tcp.EndMissing(new Dictionary<FlowKey, FlowCounts>(), bench.Snapshot);
        bench.Commit();
        FlowEvent end = Assert.Single(bench.Records(), e => e.Event == "end");
        Assert.Equal(("unseen", 100L), (end.End, end.BytesOut));
    }

    [Fact]
    public void What_a_policy_change_ended_says_so()
    {
        using var bench = new JudgeBench();
        FlowKey key = Permitted(bench);
        Assert.Equal(1, bench.Load("enforce", text => text.Replace("ports: [8080]", "ports: [8081]", StringComparison.Ordinal)));
        bench.Tcp.Ended(key, new FlowCounts(1, 2, 3, 4) { How = "timeout" }, bench.Snapshot);
        bench.Commit();
        Assert.Equal("policy-changed", Assert.Single(bench.Records(), e => e.Event == "end").End);
    }

    // Found by a fuzz run (tcp-judge): a SYN that left while its name was awaited, and nothing after it.
    [Theory, InlineData(false, false), InlineData(true, false), InlineData(false, true), InlineData(true, true)]
    public void A_flow_that_nothing_was_said_of_yet_is_recorded_when_a_policy_ends_it_though_no_packet_comes_any_more(bool v6, bool detached)
    {
        using var bench = new JudgeBench(v6);
        bench.Bind("openclaw.ai");
        bench.Client(TcpFlags.Syn);
        Assert.DoesNotContain(bench.Records(), e => e.Event == "decision");
        bench.Load("enforce", quarantined: !detached, agent: detached ? "coding-2" : "coding-1");
        bench.Commit();
        FlowEvent told = Assert.Single(bench.Records(), e => e.Event == "decision");
        Assert.Equal(("deny", "policy-changed", "coding-1", bench.Server), (told.Verdict, told.Reason, told.Agent, told.Destination));
        // A packet that comes all the same is refused, and tells nothing new of this flow.
        bench.Client(TcpFlags.Ack, 1);
        Assert.Single(bench.Records(), e => e.Event == "decision" && e.Flow == told.Flow);
    }

    private static FlowKey Permitted(JudgeBench bench)
    {
        bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080);
        return new FlowKey(PacketBuilder.At(bench.Agent), 40_000, PacketBuilder.At(bench.Near), 8080, FlowKey.Tcp);
    }

    private static void Update(JudgeBench bench, FlowKey key, FlowCounts counts)
    {
        bench.Tcp.Update(new Dictionary<FlowKey, FlowCounts> { [key] = counts }, bench.Snapshot);
        bench.Commit();
    }
}
