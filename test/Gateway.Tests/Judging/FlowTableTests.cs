using Exeat.Gateway.Judging;
using Exeat.Policy;
using Exeat.Testing;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>The table of live flows when it is full: the newcomer finds no room, the living stay, and another agent does not notice (I10).</summary>
public sealed class FlowTableTests
{
    private int _port = 1000;

    [Theory, InlineData("192.0.2.1"), InlineData("2001:db8:a::1")]
    public void An_agent_with_all_its_pending_flows_begins_no_other_and_its_neighbour_does(string address)
    {
        var table = new FlowTable(new GatewayLimits { PendingFlows = 3 }, 100);
        FlowEntry first = Begin(table, "a", address)!;
        for (int i = 0; i < 2; i++) Assert.NotNull(Begin(table, "a", address));
        Assert.Null(Begin(table, "a", address));
        Assert.Equal(1, table.Refusals);
        Assert.NotNull(Begin(table, "b", address));
        Assert.Equal((4, 4), (table.Count, table.Pending));
        table.Move(first, FlowState.Permitted);
        Assert.NotNull(Begin(table, "a", address));
    }

    [Fact]
    public void An_agent_with_all_its_connections_begins_no_other_and_its_neighbour_does()
    {
        var table = new FlowTable(new GatewayLimits { Connections = 2 }, 100);
        FlowEntry[] own = [Begin(table, "a")!, Begin(table, "a")!];
        foreach (FlowEntry entry in own) table.Move(entry, FlowState.Permitted);
        Assert.Null(Begin(table, "a"));
        Assert.NotNull(Begin(table, "b"));
        table.Remove(own[0]);
        Assert.NotNull(Begin(table, "a"));
        Assert.Same(own[1], table.Find(own[1].Key));
    }

    [Fact]
    public void A_full_table_refuses_everybody_and_evicts_nobody()
    {
        var table = new FlowTable(new GatewayLimits(), 2);
        FlowEntry[] living = [Begin(table, "a")!, Begin(table, "b")!];
        Assert.Null(Begin(table, "c"));
        Assert.All(living, entry => Assert.Same(entry, table.Find(entry.Key)));
    }

    private FlowEntry? Begin(FlowTable table, string agent, string address = "192.0.2.1") =>
        table.Begin(new FlowKey(PacketBuilder.At(address), (ushort)_port++, PacketBuilder.At(address), 443, FlowKey.Tcp), agent, Guid.NewGuid(), 0);
}
