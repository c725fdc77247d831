using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Records;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>Addresses and links change hands while flows live: the agent's own address, and its link (I11).</summary>
public sealed class ChangedHandsTests
{
    [Theory, InlineData(false), InlineData(true)]
    public void What_is_told_of_a_flow_is_told_of_the_agent_that_made_it_whoever_has_the_address_now(bool v6)
    {
        using var bench = new JudgeBench(v6);
        bench.Load("enforce", agent: "coding-1, labels: {team: first}");
        bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080);
        string flow = bench.LastDecision().Flow!;
        Assert.Equal(1, bench.Load("enforce", agent: "coding-2, labels: {team: second}"));
        bench.Client(TcpFlags.Ack, 1, [1], to: bench.Near, port: 8080);
        bench.Tcp.Ended(KeyOf(bench), new FlowCounts(1, 2, 3, 4), bench.Snapshot);
        bench.Commit();
        FlowEvent[] told = [.. bench.Records().Where(e => e.Flow == flow)];
        Assert.Equal(["decision", "decision", "end"], told.Select(e => e.Event));
        Assert.All(told, e => Assert.Equal(("coding-1", "coding", "first"), (e.Agent, e.Class, e.Labels.Single(l => l.Key == "team").Value)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void An_agent_that_is_gone_keeps_its_class_and_labels_in_the_records_of_its_flows(bool v6)
    {
        using var bench = new JudgeBench(v6);
        bench.Load("enforce", agent: "coding-1, labels: {team: first}");
        bench.Bind("openclaw.ai");
        // Nothing was said of it yet.
        bench.Client(TcpFlags.Syn);
        Assert.Equal(1, bench.Load("enforce", agent: "coding-2"));
        bench.Commit();
        FlowEvent told = bench.LastDecision();
        Assert.Equal(("coding-1", "coding", "first"), (told.Agent, told.Class, told.Labels.Single(l => l.Key == "team").Value));
    }

    // Nothing that comes in by the new link belongs to a connection of the old one: the kernel has it in another zone.
    [Theory, InlineData(false, false, "enforce"), InlineData(true, false, "enforce"), InlineData(false, true, "enforce"), InlineData(true, true, "enforce"), InlineData(false, false, "monitor"), InlineData(true, true, "monitor")]
    public void Connections_end_where_they_began_when_their_agents_address_moves_to_another_link(bool v6, bool toAnother, string mode)
    {
        using var bench = new JudgeBench(v6, mode);
        bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080);
        Assert.Equal(1, bench.Load(mode, agent: toAnother ? "coding-2" : "coding-1", inside: "ag-3"));
        Assert.Equal([KeyOf(bench)], bench.Deleted);
        Assert.Equal([(ushort)1], bench.DeletedIn);
        // What begins there lives there, and stays through a change that is none of its.
        Assert.Equal(bench.Permitted, bench.Give(3, 0, PacketBuilder.Tcp(bench.Agent, 40_001, bench.Near, 8080, TcpFlags.Syn, 1, 0, [])).Mark);
        Assert.Equal(0, bench.Load(mode, agent: toAnother ? "coding-2" : "coding-1", inside: "ag-3"));
        Assert.Equal(1, bench.Load(mode, agent: toAnother ? "coding-2" : "coding-1"));
        Assert.Equal([(ushort)1, (ushort)3], bench.DeletedIn);
    }

    private static FlowKey KeyOf(JudgeBench bench) => new(PacketBuilder.At(bench.Agent), 40_000, PacketBuilder.At(bench.Near), 8080, FlowKey.Tcp);
}
