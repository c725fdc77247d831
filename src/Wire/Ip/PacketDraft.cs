using Exeat.Names;

namespace Exeat.Wire;

/// <summary>What <see cref="PacketWriter"/> writes: one packet, field by field. Lengths and checksums are computed.</summary>
public readonly ref struct PacketDraft
{
    /// <summary>Makes a draft with a hop limit of 64 and the largest window.</summary>
    public PacketDraft()
    {
    }

    /// <summary>Source; its family is the packet's.</summary>
    public required Address Source { get; init; }

    /// <summary>Destination, of the same family.</summary>
    public required Address Destination { get; init; }

    /// <summary>The transport protocol. TCP, UDP, ICMP and ICMPv6 get their header; any other carries the payload as it is.</summary>
    public required byte Protocol { get; init; }

    /// <summary>Writes <see cref="Payload"/> behind the IP header as it is, for any protocol (fragments, broken transport headers).</summary>
    public bool IsRaw { get; init; }

    /// <summary>TTL or hop limit.</summary>
    public byte HopLimit { get; init; } = 64;

    /// <summary>Identification of the datagram (in IPv6 only with a fragment header).</summary>
    public ushort Identification { get; init; }

    /// <summary>Makes it a fragment: the offset in bytes (a multiple of 8). Zero with <see cref="MoreFragments"/> is the first one.</summary>
    public ushort FragmentOffset { get; init; }

    /// <summary>Makes it a fragment that others follow.</summary>
    public bool MoreFragments { get; init; }

    /// <summary>
    /// IPv4 options (a multiple of 4, at most 40 bytes), or an IPv6 extension chain whose first header is <see cref="ExtensionHeader"/>.
    /// </summary>
    /// <remarks>The chain's last next-header byte is the caller's affair: that is how broken chains are made.</remarks>
    public ReadOnlySpan<byte> IpOptions { get; init; }

    /// <summary>The number of the first header in <see cref="IpOptions"/> (IPv6).</summary>
    public byte ExtensionHeader { get; init; }

    /// <summary>TCP or UDP source port.</summary>
    public ushort SourcePort { get; init; }

    /// <summary>TCP or UDP destination port.</summary>
    public ushort DestinationPort { get; init; }

    /// <summary>TCP sequence number.</summary>
    public uint Sequence { get; init; }

    /// <summary>TCP acknowledgement number.</summary>
    public uint Acknowledgement { get; init; }

    /// <summary>TCP control bits.</summary>
    public TcpFlags Flags { get; init; }

    /// <summary>TCP window.</summary>
    public ushort Window { get; init; } = ushort.MaxValue;

    /// <summary>TCP urgent pointer.</summary>
    public ushort Urgent { get; init; }

    /// <summary>TCP options (a multiple of 4, at most 40 bytes).</summary>
    public ReadOnlySpan<byte> TcpOptions { get; init; }

    /// <summary>ICMP type.</summary>
    public byte IcmpType { get; init; }

    /// <summary>ICMP code.</summary>
    public byte IcmpCode { get; init; }

    /// <summary>The second word of the ICMP header (identifier and sequence of an echo, MTU of an error).</summary>
    public uint IcmpRest { get; init; }

    /// <summary>What the transport protocol carries.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }
}
