using Exeat.Linux;

namespace Exeat.Gateway.Judging;

/// <summary>
/// Datagrams of pending flows stay where they are, in the kernel's queue, until their hello is complete: nothing is copied to be sent again, and what is released goes on in order. Bounded per
/// flow, per agent and in all; whatever is held when the gateway dies is dropped by the kernel.
/// </summary>
internal sealed class HeldDatagrams
{
    /// <summary>Datagrams of one flow: a hello with post-quantum keys takes two or three, a huge one five.</summary>
    public const int PerFlow = 10;

    /// <summary>Datagrams of one agent: eight large hellos under way at the same moment.</summary>
    public const int PerAgent = 64;

    /// <summary>Datagrams in all: an eighth of the kernel's queue, so that held ones never fill it.</summary>
    public const int InAll = 512;

    private readonly Dictionary<string, int> _agents = new(StringComparer.Ordinal);
    private readonly List<(HeldPacket Packet, bool Accept, uint Mark)> _due = [];

    public int Count { get; private set; }

    /// <summary>Keeps the packet waiting; false when a limit is reached.</summary>
    public bool TryHold(QuicFlow flow, string agentId, in HeldPacket packet)
    {
        int ofAgent = _agents.GetValueOrDefault(agentId);
        if (flow.Held.Count >= PerFlow || ofAgent >= PerAgent || Count >= InAll) return false;
        flow.Hold(packet);
        _agents[agentId] = ofAgent + 1;
        Count++;
        return true;
    }

    /// <summary>Lets go of a flow's datagrams, with the records that are about to be written.</summary>
    public void Release(QuicFlow flow, string agentId, uint mark) => Settle(flow, agentId, accept: true, mark);

    public void Drop(QuicFlow flow, string agentId) => Settle(flow, agentId, accept: false, 0);

    /// <summary>Hands over the verdicts that are due. Without the record, what was about to be released is dropped.</summary>
    public void Send(PacketQueue queue, bool written)
    {
        foreach ((HeldPacket packet, bool accept, uint mark) in _due)
            queue.SetVerdict(packet.Id, accept && written ? PacketVerdict.Accept : PacketVerdict.Drop, packet.Foreign | mark);
        _due.Clear();
    }

    /// <summary>What is due, for tests.</summary>
    public IReadOnlyList<(HeldPacket Packet, bool Accept, uint Mark)> Due => _due;

    private void Settle(QuicFlow flow, string agentId, bool accept, uint mark)
    {
        if (flow.Held.Count == 0) return;
        foreach (HeldPacket packet in flow.Held) _due.Add((packet, accept, mark));
        Count -= flow.Held.Count;
        _agents[agentId] -= flow.Held.Count;
        flow.ForgetHeld();
    }
}
