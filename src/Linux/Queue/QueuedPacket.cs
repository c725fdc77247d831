namespace Exeat.Linux;

/// <summary>One packet that waits for its verdict. Valid until the next <see cref="PacketQueue.Receive(int)"/>.</summary>
public readonly ref struct QueuedPacket
{
    private readonly ref readonly PacketSlot _slot;
    private readonly ReadOnlySpan<byte> _message;

    internal QueuedPacket(ref readonly PacketSlot slot, ReadOnlySpan<byte> message)
    {
        _slot = ref slot;
        _message = message;
    }

    /// <summary>Names the packet in <see cref="PacketQueue.SetVerdict"/>.</summary>
    public uint Id => _slot.Id;

    /// <summary>The netfilter hook: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting.</summary>
    public byte Hook => _slot.Hook;

    /// <summary>The EtherType: 0x0800 for IPv4, 0x86DD for IPv6.</summary>
    public ushort EtherType => _slot.EtherType;

    /// <summary>The packet mark when it was queued.</summary>
    public uint Mark => _slot.Mark;

    /// <summary>The interface it came in by; 0 when made here.</summary>
    public int InInterface => _slot.InInterface;

    /// <summary>The interface it would leave by; 0 before routing.</summary>
    public int OutInterface => _slot.OutInterface;

    /// <summary>The link-layer source address; empty where the link has none, or for packets made here.</summary>
    public ReadOnlySpan<byte> HardwareAddress => _message.Slice(_slot.HardwareStart, _slot.HardwareLength);

    /// <summary>The packet from its IP header on.</summary>
    public ReadOnlySpan<byte> Bytes => _message.Slice(_slot.PayloadStart, _slot.PayloadLength);

    /// <summary>Whether <see cref="Bytes"/> is only the beginning of the packet.</summary>
    public bool IsTruncated => _slot.FullLength != 0;

    /// <summary>
    /// Whether the transport checksum is yet to be filled in (sent from this machine's own stacks, veth included): it must not be verified,
    /// and a replacement must carry whole checksums of its own.
    /// </summary>
    public bool ChecksumNotReady => (_slot.Flags & PacketSlot.NFQA_SKB_CSUMNOTREADY) != 0;

    /// <summary>Whether several segments were merged into this one.</summary>
    public bool IsMerged => (_slot.Flags & PacketSlot.NFQA_SKB_GSO) != 0;

    /// <summary>Receive time in microseconds since 1970 by the machine's clock; 0 when the kernel kept none (it seldom does).</summary>
    public ulong TimestampMicroseconds => _slot.TimestampMicroseconds;

    /// <summary>Whether the kernel sent the conntrack entry along (it needs NETFILTER_NETLINK_GLUE_CT).</summary>
    public bool HasConntrack => _slot.HasConntrack;

    /// <summary>The conntrack entry's mark, if <see cref="HasConntrack"/>.</summary>
    public uint ConntrackMark => _slot.ConntrackMark;

    /// <summary>The conntrack entry's id, if <see cref="HasConntrack"/>.</summary>
    public uint ConntrackId => _slot.ConntrackId;
}
