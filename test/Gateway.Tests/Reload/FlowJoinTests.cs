using System.Collections.Frozen;
using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Records;
using Exeat.Gateway.Reload;
using Exeat.Gateway.Tests.Dns;
using Exeat.Gateway.Tests.Records;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Tests.Reload;

public sealed class FlowJoinTests
{
    // Joined, it would be stamped as permitted without its watch, and ride on that mark whatever its long headers say (Q7).
    [Fact]
    public void Only_what_is_permitted_and_not_watched_may_outlive_a_gateway()
    {
        var marks = new MarkLayout(GatewayDocument.DefaultMarkMask);
        for (int generation = 1; generation <= MarkLayout.LastGeneration; generation++)
        {
            Assert.True(FlowJoin.MayLive(marks.Permitted(generation), marks));
            Assert.False(FlowJoin.MayLive(marks.Permitted(generation) | marks.Watched, marks));
            Assert.False(FlowJoin.MayLive(marks.Pending(generation), marks));
            Assert.False(FlowJoin.MayLive(marks.Refused(generation), marks));
        }
    }

    // Each has its line of the journal.
    [Fact]
    public void Proofs_are_let_go_when_everything_is_joined()
    {
        const int Permits = 100;
        using var rig = new RecordsRig();
        for (int i = 0; i < Permits; i++) Assert.True(rig.Records.Append(RecordsRig.Permit() with { SourcePort = (ushort)(40_000 + i) }));
        Assert.True(rig.Records.Commit());
        var join = new FlowJoin(null!, new MarkLayout(GatewayDocument.DefaultMarkMask), new FlowTable(new GatewayLimits(), 16), Never, _ => 1, rig.Time);
        join.ReadProofs(rig.Dir, [.. Enumerable.Range(0, Permits).Select(i => KeyOf(40_000 + i))]);
        Assert.Equal(Permits, join.Proofs);
        Assert.Equal((0, 0), join.Join([], TestPolicy.Compile(TestPolicy.Head), new FlowRecorder(rig.Records, rig.Time)));
        Assert.Equal(0, join.Proofs);
    }

    // Segments of 16 KiB and thousands of events behind the permits: a connection may be older than most of the journal.
    [Fact]
    public void A_proof_counts_however_far_back_it_lies_and_the_last_word_on_it_too()
    {
        string dir = Directory.CreateTempSubdirectory("exeat-proofs").FullName;
        try
        {
            using var rig = new RecordsRig();
            using (Journal journal = Journal.Open(new JournalOptions { Dir = dir, Gateway = "gw", SegmentBytes = 16 << 10 }, rig.Time))
            {
                FlowDraft Permit(int port) => RecordsRig.Permit() with { SourcePort = (ushort)port };
                FlowDraft old = Permit(40_000), ended = Permit(40_001), refused = Permit(40_002), again = Permit(40_003);
                Append(journal, old);
                Append(journal, ended);
                Append(journal, refused);
                Append(journal, again);
                Append(journal, Permit(40_004));
                Append(journal, Permit(40_005));
                Fill(journal, 2000);
                Append(journal, ended with { Kind = FlowEventKind.End });
                Append(journal, RecordsRig.Denial() with { SourcePort = 40_002 });
                // A packet out of place, refused by itself.
                Append(journal, RecordsRig.Denial(reason: Reason.Malformed) with { SourcePort = 40_005, End = "refused" });
                // The end of the connection before comes late: it takes nothing from the one that has the tuple now.
                Append(journal, Permit(40_003));
                Append(journal, again with { Kind = FlowEventKind.End });
                Fill(journal, 2000);
            }
            Assert.True(Directory.GetFiles(dir, "*.ndjson").Length > 20);
            var table = new FlowTable(new GatewayLimits(), 16);
            var join = new FlowJoin(null!, new MarkLayout(GatewayDocument.DefaultMarkMask), table, Never, _ => 1, rig.Time);
            join.ReadProofs(dir, [.. ((int[])[0, 1, 2, 3, 5]).Select(i => KeyOf(40_000 + i))]);
            Assert.Equal([40_000, 40_003, 40_005], join.ProvenPorts.Order());
        }
        finally
        {
            Directory.Delete(dir, recursive: true);
        }

        static void Fill(Journal journal, int events)
        {
            for (int i = 0; i < events; i++) Append(journal, RecordsRig.Permit() with { SourcePort = (ushort)(50_000 + i % 1000) });
        }

        static void Append(Journal journal, FlowDraft draft) => Assert.True(journal.Append(draft) && journal.Commit());
    }

    private const string Private = TestPolicy.Head + "- {name: allow-private, priority: 40, to: {groups: [private]}, protocol: tcp, ports: [443], action: permit}\n";

    // The control is joined: the others differ from it by one thing each.
    [Theory]
    [InlineData("control", true, "")]
    [InlineData("towards an agent", false, "towards-agent")]
    [InlineData("towards an agent in monitor", false, "towards-agent")]
    [InlineData("another agent has the address", false, "unproven-after-restart")]
    [InlineData("another link has the address", false, "unproven-after-restart")]
    public void A_connection_of_an_earlier_gateway_lives_on_only_if_its_ends_are_what_they_were(string what, bool joins, string reason)
    {
        using var rig = new RecordsRig();
        Address source = Address.V4(0xc0000201), destination = Address.V4(0x0a000009);
        Assert.True(rig.Records.Append(RecordsRig.Permit("coder") with { SourcePort = 40_000, Destination = destination }));
        Assert.True(rig.Records.Commit());
        var marks = new MarkLayout(GatewayDocument.DefaultMarkMask);
        var table = new FlowTable(new GatewayLimits(), 16);
        var join = new FlowJoin(null!, marks, table, Never, inside => (ushort)(inside[^1] - '0'), rig.Time);
        var key = new FlowKey(source, 40_000, destination, 443, FlowKey.Tcp);
        join.ReadProofs(rig.Dir, [key]);
        AgentDocument agent = new() { Id = what == "another agent has the address" ? "other" : "coder", Class = "coding", Interface = what == "another link has the address" ? "in2" : "in1", Addresses = [source] };
        AgentDocument guest = new() { Id = "guest", Class = "guest", Interface = "in3", Addresses = [what.StartsWith("towards", StringComparison.Ordinal) ? destination : Address.V4(0x0a000008)] };
        string policy = what.EndsWith("monitor", StringComparison.Ordinal) ? Private.Replace("mode: enforce", "mode: monitor", StringComparison.Ordinal) : Private;
        Snapshot snapshot = TestPolicy.Compile(policy, generation: 2, who: new AgentsDocument { Hash = "agents", Agents = [agent, guest] });
        var entry = new ConntrackEvent
        {
            Original = new TupleKey { Source = source.Bits, Destination = destination.Bits, Protocol = FlowKey.Tcp, SourcePort = 40_000, DestinationPort = 443, Zone = 1 },
            Mark = marks.Permitted(1),
            TcpState = TcpState.Established,
        };
        List<uint?> settled = [];
        Assert.Equal(joins ? (1, 0) : (0, 1), join.Join([entry], snapshot, new FlowRecorder(rig.Records, rig.Time), (_, mark) => settled.Add(mark)));
        // Behind another link nobody reaches it any more: it goes.
        Assert.Equal(joins ? marks.Permitted(2) : what == "another link has the address" ? null : 0u, Assert.Single(settled));
        FlowEvent last = rig.Read()[^1];
        Assert.Equal(("coder", joins ? "permit" : "deny"), (last.Agent, last.Verdict));
        if (!joins) Assert.Equal(reason, last.Reason);
    }

    private static NeverForwarded Never { get; } = new() { Intercepts = FrozenSet<Address>.Empty };

    private static FlowKey KeyOf(int port) => new(Address.V4(0xc0000201), (ushort)port, Address.V4(0xcb007101), 443, FlowKey.Tcp);
}
