using Exeat.Flows;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Limits;

/// <summary>More packets than the kernel's queue has room for: none of them passes, and none is missing from the records (I1, I5, I10).</summary>
[Collection(Alone.Name)]
public sealed class QueueTests(UncappedLab lab) : IClassFixture<UncappedLab>
{
    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Packets_that_find_the_queue_full_are_counted_and_none_passes(int family)
    {
        Assert.SkipUnless(Labs.TestSpaces.Fresh, Labs.TestSpaces.WhyNot);
        const int sent = 8000;
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        string address = family == 4 ? WorldMap.Attacker.Address4 : WorldMap.Attacker.Address6, agent = LabPlan.Find("coding-1")!.Address(family);
        // Held, the gateway takes nothing out of the queue.
        await lab.Gateway.Process.SignalAsync("STOP");
        await lab.FloodAsync("coding-1", "syn-flood", address, 443, sent, 20_000);
        await lab.Gateway.Process.SignalAsync("CONT");
        List<FlowEvent> own = await lab.RecordedAsync(from, sent, e => e.Destination == address || e.End == "queue_full");
        Assert.Equal(sent, own.Sum(FloodTool.Count));
        List<FlowEvent> lost = own.FindAll(e => e.End == "queue_full");
        Assert.InRange(lost.Sum(FloodTool.Count), 1, sent - 1);
        Assert.All(lost, e => Assert.Equal(("counted", "deny", "limit-reached"), (e.Event, e.Verdict, e.Reason)));
        Assert.Equal(0, (await lab.World.ReadAsync()).From(agent, address).Packets);
    }
}
