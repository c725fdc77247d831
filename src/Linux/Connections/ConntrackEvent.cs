namespace Exeat.Linux;

/// <summary>A conntrack entry, from a dump or an event.</summary>
public readonly record struct ConntrackEvent
{
    /// <summary>What happened.</summary>
    public ConntrackEventKind Kind { get; init; }

    /// <summary>The direction of the first packet.</summary>
    public TupleKey Original { get; init; }

    /// <summary>The direction of the answers, after address translation.</summary>
    public TupleKey Reply { get; init; }

    /// <summary>The connection mark. A destroy event does not always carry it when it is 0.</summary>
    public uint Mark { get; init; }

    /// <summary>The kernel's id of this entry: distinguishes two entries of the same tuple.</summary>
    public uint Id { get; init; }

    /// <summary>IPS_* status bits (linux/netfilter/nf_conntrack_common.h).</summary>
    public uint Status { get; init; }

    /// <summary>Seconds until the entry would expire, in a dump.</summary>
    public uint TimeoutSeconds { get; init; }

    /// <summary>Packets in the original direction; needs net.netfilter.nf_conntrack_acct.</summary>
    public ulong PacketsOut { get; init; }

    /// <summary>Bytes in the original direction, IP headers included.</summary>
    public ulong BytesOut { get; init; }

    /// <summary>Packets in the reply direction.</summary>
    public ulong PacketsIn { get; init; }

    /// <summary>Bytes in the reply direction, IP headers included.</summary>
    public ulong BytesIn { get; init; }

    /// <summary>When the entry was made, nanoseconds since 1970; 0 unless net.netfilter.nf_conntrack_timestamp.</summary>
    public ulong StartNanoseconds { get; init; }

    /// <summary>When it ended; 0 while it lives.</summary>
    public ulong StopNanoseconds { get; init; }

    /// <summary>TCP state.</summary>
    public TcpState TcpState { get; init; }

    /// <summary>Whether packets went both ways (IPS_SEEN_REPLY).</summary>
    public bool HasReply => (Status & 2) != 0;

    /// <summary>Whether its destination was changed (IPS_DST_NAT).</summary>
    public bool IsRedirected => (Status & 32) != 0;
}
