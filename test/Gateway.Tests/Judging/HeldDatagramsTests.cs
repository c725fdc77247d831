using Exeat.Gateway.Judging;
using Exeat.Policy;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>Who waits, waits on; who comes when it is full is refused.</summary>
public sealed class HeldDatagramsTests
{
    [Fact]
    public void All_together_hold_no_more_than_an_eighth_of_the_queue_and_who_waits_goes_on()
    {
        var held = new HeldDatagrams();
        List<(QuicFlow Flow, string Agent)> flows = [];
        uint id = 0;
        for (int agent = 0; held.Count < HeldDatagrams.InAll; agent++)
        {
            for (int of = 0; of < HeldDatagrams.PerAgent && held.Count < HeldDatagrams.InAll; of++)
            {
                if (of % HeldDatagrams.PerFlow == 0) flows.Add((Flow(), $"agent-{agent}"));
                Assert.True(held.TryHold(flows[^1].Flow, $"agent-{agent}", new HeldPacket(id++, 0)));
            }
        }
        Assert.False(held.TryHold(Flow(), "newcomer", new HeldPacket(id, 0)));
        Assert.Empty(held.Due);

        held.Release(flows[0].Flow, flows[0].Agent, mark: 7);
        Assert.Equal(Enumerable.Range(0, HeldDatagrams.PerFlow).Select(i => ((uint)i, true, 7u)), held.Due.Select(due => (due.Packet.Id, due.Accept, due.Mark)));
        Assert.True(held.TryHold(Flow(), "newcomer", new HeldPacket(id, 0)));
    }

    [Fact]
    public void One_agents_share_is_its_own()
    {
        var held = new HeldDatagrams();
        for (uint i = 0; i < HeldDatagrams.PerAgent; i++) Assert.True(held.TryHold(Flow(), "greedy", new HeldPacket(i, 0)));
        Assert.False(held.TryHold(Flow(), "greedy", new HeldPacket(100, 0)));
        Assert.True(held.TryHold(Flow(), "modest", new HeldPacket(101, 0)));
    }

    private static QuicFlow Flow() => new(new FlowTable(new GatewayLimits(), 1), new FlowEntry());
}
