namespace Exeat.Linux;

/// <summary>One packet seen by a <see cref="PacketTap"/>. Valid until the next receive.</summary>
public readonly ref struct TappedPacket
{
    internal TappedPacket(ReadOnlySpan<byte> bytes, int index, ushort etherType, byte packetType)
    {
        Bytes = bytes;
        Interface = index;
        EtherType = etherType;
        PacketType = packetType;
    }

    /// <summary>The packet from its network header on.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The number of the interface it passed.</summary>
    public int Interface { get; }

    /// <summary>0x0800 for IPv4, 0x86DD for IPv6, 0x0806 for ARP.</summary>
    public ushort EtherType { get; }

    /// <summary>PACKET_* (linux/if_packet.h): 0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 sent by us.</summary>
    public byte PacketType { get; }

    /// <summary>Whether it was leaving this namespace.</summary>
    public bool IsOutgoing => PacketType == 4;
}
