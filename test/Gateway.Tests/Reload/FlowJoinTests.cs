using Exeat.Gateway.Kernel;
using Exeat.Gateway.Reload;
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
}
