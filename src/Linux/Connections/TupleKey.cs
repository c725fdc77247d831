namespace Exeat.Linux;

/// <summary>One direction of a conntrack entry. With the zone it names the entry.</summary>
/// <remarks>
/// An IPv4 address lies in the low 32 bits. For ICMP and ICMPv6 the source port is the identifier, and the destination port is type × 256 + code.
/// </remarks>
public readonly record struct TupleKey
{
    /// <summary>Source address as a number.</summary>
    public UInt128 Source { get; init; }

    /// <summary>Destination address as a number.</summary>
    public UInt128 Destination { get; init; }

    /// <summary>Whether the addresses are IPv6.</summary>
    public bool IsV6 { get; init; }

    /// <summary>IP protocol number.</summary>
    public byte Protocol { get; init; }

    /// <summary>Source port, or ICMP identifier.</summary>
    public ushort SourcePort { get; init; }

    /// <summary>Destination port, or ICMP type and code.</summary>
    public ushort DestinationPort { get; init; }

    /// <summary>Conntrack zone of this direction; 0 is the default zone.</summary>
    public ushort Zone { get; init; }
}
