using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>One packet from the queue with what was found out about it.</summary>
internal readonly ref struct PacketIn
{
    /// <summary>The packet as read.</summary>
    public required PacketView View { get; init; }

    /// <summary>The policy of the moment; read once per packet.</summary>
    public required Snapshot Snapshot { get; init; }

    /// <summary>The agent's index in the snapshot; −1 when unknown.</summary>
    public required int Agent { get; init; }

    /// <summary>A SYN on a tuple whose entry in the kernel lives, or other TCP that it takes for no part of a connection; from the world, what it does not take for an answer.</summary>
    public bool Reused { get; init; }

    /// <summary>How it waits in the queue.</summary>
    public HeldPacket Waiting { get; init; }

    public FlowKey Key => new(View.Source, View.SourcePort, View.Destination, View.DestinationPort, View.Protocol);

    /// <summary>The tuple as the agent began it, for a packet of the server's.</summary>
    public FlowKey ReplyKey => new(View.Destination, View.DestinationPort, View.Source, View.SourcePort, View.Protocol);

    public bool Monitored => Snapshot.ModeOf(Agent) == Mode.Monitor;

    /// <summary>The conntrack zone of its connection, for a packet of an agent's.</summary>
    public ushort ZoneIn(IConnections connections) => connections.ZoneOf(Snapshot.Policy.Agents[Agent].Interface);

    public string AgentId => (uint)Agent < (uint)Snapshot.Policy.Agents.Length ? Snapshot.Policy.Agents[Agent].Id : "";
}
