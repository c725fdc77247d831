using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>The live flows. Bounded in all and per agent; a full table refuses the newcomer and never evicts the living (I10). Owned by the verdict thread.</summary>
internal sealed class FlowTable(GatewayLimits limits, int capacity)
{
    /// <summary>The limits in force; set on the verdict thread. What lives beyond a new limit goes on living.</summary>
    public GatewayLimits Limits { get; set; } = limits;

    private readonly Dictionary<FlowKey, FlowEntry> _live = new(capacity);
    private readonly Dictionary<string, AgentUse> _agents = new(StringComparer.Ordinal);
    private readonly Stack<FlowEntry> _free = new(capacity);
    private readonly HeldBuffers _buffers = new();

    /// <summary>How many live; from any thread.</summary>
    public int Count => _live.Count;

    /// <summary>How many of them wait for their hello; from any thread.</summary>
    public int Pending { get; private set; }

    /// <summary>Bytes of buffers for what is held or not yet acknowledged; from any thread.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>How many newcomers found no room; from any thread.</summary>
    public long Refusals { get; private set; }

    /// <summary>Live flows; not to be changed while walking.</summary>
    public Dictionary<FlowKey, FlowEntry>.ValueCollection Live => _live.Values;

    public FlowEntry? Find(in FlowKey key) => _live.GetValueOrDefault(key);

    /// <summary>Begins a flow; null when a limit is reached.</summary>
    public FlowEntry? Begin(in FlowKey key, string agentId, Guid id, long now)
    {
        AgentUse use = UseOf(agentId);
        if (_live.Count >= capacity || use.Flows >= Limits.Connections || use.Pending >= Limits.PendingFlows)
        {
            Refusals++;
            return null;
        }
        FlowEntry entry = _free.Count > 0 ? _free.Pop() : new FlowEntry();
        entry.Begin(key, agentId, use, id, now);
        _live.Add(key, entry);
        use.Flows++;
        use.Pending++;
        Pending++;
        return entry;
    }

    /// <summary>Changes the state and keeps the agent's count of pending flows true.</summary>
    public void Move(FlowEntry entry, FlowState state)
    {
        bool was = entry.IsPending;
        entry.State = state;
        // Nothing is kept of what the kernel carries, or of what goes nowhere.
        if (state is FlowState.Permitted or FlowState.Refused) End(entry);
        if (state == FlowState.Refused) entry.Quic?.End();
        if (was == entry.IsPending) return;
        entry.Use.Pending += was ? -1 : 1;
        Pending += was ? -1 : 1;
    }

    /// <summary>Makes room for bytes of the client's up to a place in its stream; false when that is beyond the flow's share, or beyond what the agent has left.</summary>
    public bool MakeRoom(FlowEntry entry, int end, int most)
    {
        if (end > most) return false;
        if (entry.Stream.Fits(end)) return true;
        int size = HeldBuffers.SizeFor(end);
        if (size == 0) return false;
        if (!Take(entry.Use, size - entry.Stream.Capacity)) return false;
        _buffers.Return(entry.Stream.Change(_buffers.Rent(size)));
        return true;
    }

    /// <summary>The same for the hello of a QUIC connection, which needs so much room.</summary>
    public bool MakeRoom(FlowEntry entry, QuicCryptoStream hello, int room)
    {
        if (room <= hello.Capacity) return true;
        int size = HeldBuffers.SizeFor(room);
        if (size == 0 || !Take(entry.Use, size - hello.Capacity)) return false;
        _buffers.Return(hello.Change(_buffers.Rent(size)));
        return true;
    }

    /// <summary>Forgets a flow whose end was recorded; the entry may be reused at once.</summary>
    public void Remove(FlowEntry entry)
    {
        if (!_live.Remove(entry.Key)) return;
        End(entry);
        entry.Quic?.End();
        entry.Use.Flows--;
        if (entry.IsPending)
        {
            entry.Use.Pending--;
            Pending--;
        }
        _free.Push(entry);
    }

    /// <summary>Takes the buffer of a flow that keeps nothing just now.</summary>
    public void Release(FlowEntry entry)
    {
        if (entry.Stream.Capacity == 0) return;
        Give(entry.Use, entry.Stream.Capacity);
        _buffers.Return(entry.Stream.Change([]));
    }

    /// <summary>Takes the buffer of a hello that is given up.</summary>
    public void Release(FlowEntry entry, QuicCryptoStream hello)
    {
        if (hello.Capacity == 0) return;
        Give(entry.Use, hello.Capacity);
        _buffers.Return(hello.Change([]));
    }

    private bool Take(AgentUse use, int more)
    {
        if (use.HeldBytes + more > Limits.HeldBytes)
        {
            Refusals++;
            return false;
        }
        use.HeldBytes += more;
        HeldBytes += more;
        return true;
    }

    private void Give(AgentUse use, int bytes)
    {
        use.HeldBytes -= bytes;
        HeldBytes -= bytes;
    }

    private void End(FlowEntry entry)
    {
        entry.Delivery.Cancel();
        Release(entry);
    }

    private AgentUse UseOf(string agentId)
    {
        if (!_agents.TryGetValue(agentId, out AgentUse? use)) _agents[agentId] = use = new AgentUse();
        return use;
    }
}
