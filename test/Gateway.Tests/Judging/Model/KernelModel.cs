using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>The kernel as the ruleset drives it: a connection table with marks, the fast path, the queue, and the chain that applies verdicts.</summary>
/// <remarks>It drops fewer packets than the real one (flags, but no states and no windows): what holds here does not lean on conntrack's strictness.</remarks>
internal sealed class KernelModel(MarkLayout marks) : IConnections
{
    private readonly Dictionary<FlowKey, Connection> _table = [];

    /// <summary>The generation whose marks the loaded ruleset lets through.</summary>
    public int Generation { get; set; } = 1;

    public IEnumerable<FlowKey> Keys => _table.Keys;

    public ushort ZoneOf(string inside) => 1;

    public void Delete(in FlowKey key, ushort zone) => _table.Remove(key);

    public bool Exists(in FlowKey key, ushort zone) => _table.ContainsKey(key);

    public void SetMark(in FlowKey key, ushort zone, uint mark)
    {
        if (_table.TryGetValue(key, out Connection? connection)) connection.Mark = mark;
    }

    /// <summary>Flags that conntrack takes for a packet of TCP at all; others are invalid to it, and dropped (nf_conntrack_proto_tcp.c, tcp_valid_flags).</summary>
    public static bool HasValidFlags(TcpFlags flags) => (flags & ~(TcpFlags.Psh | TcpFlags.Ece | TcpFlags.Cwr)) is
        TcpFlags.Syn or (TcpFlags.Syn | TcpFlags.Urg) or (TcpFlags.Syn | TcpFlags.Ack) or TcpFlags.Rst or (TcpFlags.Rst | TcpFlags.Ack) or (TcpFlags.Fin | TcpFlags.Ack)
        or (TcpFlags.Fin | TcpFlags.Ack | TcpFlags.Urg) or TcpFlags.Ack or (TcpFlags.Ack | TcpFlags.Urg);

    /// <summary>What happens to a packet up to the queue.</summary>
    public Queued Enqueue(byte[] bytes, bool fromAgent)
    {
        if (!PacketView.TryRead(bytes, out PacketView view) || view.IsFragment) return new Queued(bytes, fromAgent, default, null, 0, Passes: false);
        var key = new FlowKey(view.Source, view.SourcePort, view.Destination, view.DestinationPort, view.Protocol);
        var reply = new FlowKey(view.Destination, view.DestinationPort, view.Source, view.SourcePort, view.Protocol);
        bool original = _table.TryGetValue(key, out Connection? connection);
        bool replies = !original && _table.TryGetValue(reply, out connection);
        connection ??= new Connection();
        connection.Answered |= replies;
        bool permitted = (connection.Mark & marks.Judged) == marks.Permitted(Generation);
        bool syn = view.IsTcp && (view.Flags & (TcpFlags.Fin | TcpFlags.Syn | TcpFlags.Rst | TcpFlags.Ack)) == TcpFlags.Syn;
        uint mark = fromAgent && syn && connection.Answered ? marks.Reused : 0;
        // The rules of the fast path stand behind those for a SYN.
        bool passes = permitted && (fromAgent ? original && !syn : replies);
        return new Queued(bytes, fromAgent, replies ? reply : key, connection, mark, passes);
    }

    /// <summary>Whether the packet goes on after its verdict; a refused one is answered, which is not modelled.</summary>
    public bool Apply(in Queued packet, Answer answer)
    {
        uint judged = answer.Mark & marks.Judged;
        if (!answer.Accept || judged != marks.Pending(Generation) && judged != marks.Permitted(Generation)) return false;
        if (packet.Connection is not { } connection) return true;
        if (_table.TryGetValue(packet.Key, out Connection? living))
        {
            // Two packets of one new tuple were in the queue together: the second entry finds the first (nf_conntrack_confirm drops it).
            if (!ReferenceEquals(living, connection) && !connection.Confirmed) return false;
        }
        else if (!connection.Confirmed)
        {
            _table.Add(packet.Key, connection);
            connection.Confirmed = true;
        }
        connection.Mark = judged;
        return true;
    }

    /// <summary>One packet as it waits in the queue; it holds its connection's entry even when the table no longer does.</summary>
    internal readonly record struct Queued(byte[] Bytes, bool FromAgent, FlowKey Key, Connection? Connection, uint Mark, bool Passes);

    internal sealed class Connection
    {
        public uint Mark { get; set; }

        public bool Answered { get; set; }

        public bool Confirmed { get; set; }
    }
}
