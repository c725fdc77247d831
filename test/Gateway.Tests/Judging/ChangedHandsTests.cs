using System.Collections.Frozen;
using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Records;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>Addresses and links change hands while flows live: the agent's own address, its link, and the address that a flow leads to (I7, I11).</summary>
public sealed class ChangedHandsTests
{
    private static readonly byte[] Id = [1, 2, 3, 4, 5, 6, 7, 8], ServerId = [0xaa, 0xbb, 0xcc, 0xdd];

    [Theory, InlineData(false, "enforce"), InlineData(true, "enforce"), InlineData(false, "monitor"), InlineData(true, "monitor")]
    public void A_connection_ends_when_what_it_leads_to_becomes_another_agents_address(bool v6, string mode)
    {
        using var bench = new JudgeBench(v6, mode);
        string other = v6 ? "2001:db8:f:1::7" : "203.0.113.201";
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080).Mark);
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Syn, to: other, port: 8080).Mark);
        Assert.Equal(1, bench.Load(mode, others: Guest(bench.Near)));
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, [1], to: bench.Near, port: 8080).Mark);
        FlowEvent told = bench.LastDecision();
        Assert.Equal(("deny", "towards-agent", true, bench.Near), (told.Verdict, told.Reason, told.Enforced, told.Destination));
        // Ended as a first packet is refused.
        Assert.Equal((bench.Refused, "towards-agent"), (bench.Client(TcpFlags.Syn, 9, to: bench.Near, port: 8080, from: 40_001).Mark, bench.LastDecision().Reason));
        // The neighbour's address was nobody's.
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Ack, 1, [1], to: other, port: 8080).Mark);
    }

    [Theory, InlineData(false, "enforce"), InlineData(true, "enforce"), InlineData(false, "monitor"), InlineData(true, "monitor")]
    public void Datagrams_end_likewise_by_name_and_by_address(bool v6, string mode)
    {
        using var bench = new JudgeBench(v6, mode);
        bench.Bind("openclaw.ai");
        bench.Send(Initial());
        Assert.Equal(bench.Watched, bench.Answer(Answered()).Mark);
        string Permitting(string text) => text + "\n- {name: allow-near-udp, priority: 80, from: [coders], to: {groups: [near]}, protocol: udp, ports: [4500], action: permit}\n";
        bench.Load(mode, Permitting);
        byte[] packet = PacketBuilder.Udp(bench.Agent, 5000, bench.Near, 4500, [1]);
        Assert.Equal(bench.Permitted, bench.Give(1, 0, packet).Mark);

        Assert.Equal(2, bench.Load(mode, Permitting, others: Guest(bench.Near) + "\n" + Guest(bench.Server, "guest-2")));
        Assert.Equal(bench.Refused, bench.Send(Short()).Mark);
        Assert.Equal(("towards-agent", bench.Server), (bench.LastDecision().Reason, bench.LastDecision().Destination));
        Assert.Equal(bench.Refused, bench.Give(1, 0, packet).Mark);
        Assert.Equal(("towards-agent", bench.Near), (bench.LastDecision().Reason, bench.LastDecision().Destination));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Questions_that_monitor_let_pass_to_a_resolver_end_when_it_is_intercepted(bool v6)
    {
        using var bench = new JudgeBench(v6, "monitor");
        string Permitting(string text) => text + "\n- {name: allow-near-dns, priority: 80, from: [coders], to: {groups: [near]}, protocol: udp, ports: [53], action: permit}\n";
        bench.Load("monitor", Permitting);
        byte[] question = PacketBuilder.Udp(bench.Agent, 5000, bench.Near, 53, [1]);
        Assert.Equal(bench.Permitted, bench.Give(1, 0, question).Mark);
        bench.Never.Intercepts = FrozenSet.Create(PacketBuilder.At(bench.Near));
        Assert.Equal(1, bench.Load("monitor", Permitting));
        Assert.Equal(bench.Refused, bench.Give(1, 0, question).Mark);
        Assert.Equal(("dns-not-forwarded", true), (bench.LastDecision().Reason, bench.LastDecision().Enforced));
    }

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

    private static string Guest(string address, string id = "guest-1") => $"- {{id: {id}, class: guest, interface: ag-2, addresses: [\"{address}\"]}}";

    private static FlowKey KeyOf(JudgeBench bench) => new(PacketBuilder.At(bench.Agent), 40_000, PacketBuilder.At(bench.Near), 8080, FlowKey.Tcp);

    private static byte[] Initial() => QuicInitialWriter.Write(new QuicInitialDraft { Destination = Id, Source = [7], Frames = QuicInitialWriter.Crypto(0, HelloBuilder.For("openclaw.ai").Message()), PadTo = 1200 });

    private static byte[] Answered() => QuicInitialWriter.Write(new QuicInitialDraft { Destination = [7], Source = ServerId, KeyId = Id, OfServer = true, Frames = QuicInitialWriter.Crypto(0, [2, 0, 0, 90, .. new byte[90]]) });

    private static byte[] Short() => [0x41, .. ServerId, .. Enumerable.Repeat((byte)5, 30)];
}
