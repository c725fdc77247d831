using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Records;
using Exeat.Gateway.Reload;
using Exeat.Gateway.Tests.Dns;
using Exeat.Gateway.Tests.Records;
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

    // A start reads up to 200,000 of them, each with its line of the journal.
    [Fact]
    public void Proofs_are_let_go_when_everything_is_joined()
    {
        const int Permits = 100;
        using var rig = new RecordsRig();
        for (int i = 0; i < Permits; i++) Assert.True(rig.Records.Append(RecordsRig.Permit() with { SourcePort = (ushort)(40_000 + i) }));
        Assert.True(rig.Records.Commit());
        var join = new FlowJoin(null!, new MarkLayout(GatewayDocument.DefaultMarkMask), new FlowTable(new GatewayLimits(), 16), rig.Time);
        join.ReadProofs(rig.Dir);
        Assert.Equal(Permits, join.Proofs);
        Assert.Equal((0, 0), join.Join([], TestPolicy.Compile(TestPolicy.Head), new FlowRecorder(rig.Records, rig.Time)));
        Assert.Equal(0, join.Proofs);
    }
}
