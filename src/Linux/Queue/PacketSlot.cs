using System.Buffers.Binary;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Where the parts of one queued packet lie within its receive buffer.</summary>
internal struct PacketSlot
{
    public const uint NFQA_SKB_CSUMNOTREADY = 1, NFQA_SKB_GSO = 2;
    private const ushort NFQA_PACKET_HDR = 1, NFQA_MARK = 3, NFQA_TIMESTAMP = 4, NFQA_IFINDEX_INDEV = 5, NFQA_IFINDEX_OUTDEV = 6;
    private const ushort NFQA_HWADDR = 9, NFQA_PAYLOAD = 10, NFQA_CT = 11, NFQA_CAP_LEN = 13, NFQA_SKB_INFO = 14;
    private const ushort CTA_MARK = 8, CTA_ID = 12;

    public int Buffer;
    public uint Id;
    public byte Hook;
    public ushort EtherType;
    public uint Mark;
    public int InInterface;
    public int OutInterface;
    public int HardwareStart;
    public int HardwareLength;
    public int PayloadStart;
    public int PayloadLength;
    public uint FullLength;
    public uint Flags;
    public ulong TimestampMicroseconds;
    public bool HasConntrack;
    public uint ConntrackMark;
    public uint ConntrackId;

    /// <summary>Reads an NFQNL_MSG_PACKET within <paramref name="buffer"/>; false if it names no packet.</summary>
    public static bool TryRead(ReadOnlySpan<byte> buffer, in NetlinkMessage message, int bufferIndex, out PacketSlot slot)
    {
        slot = new PacketSlot { Buffer = bufferIndex };
        bool named = false;
        AttributeReader attributes = message.Attributes(4);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> value))
        {
            switch (type)
            {
                case NFQA_PACKET_HDR when value.Length >= 7:
                    slot.Id = BinaryPrimitives.ReadUInt32BigEndian(value);
                    slot.EtherType = BinaryPrimitives.ReadUInt16BigEndian(value[4..]);
                    slot.Hook = value[6];
                    named = true;
                    break;
                case NFQA_MARK when value.Length >= 4: slot.Mark = BinaryPrimitives.ReadUInt32BigEndian(value); break;
                case NFQA_IFINDEX_INDEV when value.Length >= 4: slot.InInterface = BinaryPrimitives.ReadInt32BigEndian(value); break;
                case NFQA_IFINDEX_OUTDEV when value.Length >= 4: slot.OutInterface = BinaryPrimitives.ReadInt32BigEndian(value); break;
                case NFQA_CAP_LEN when value.Length >= 4: slot.FullLength = BinaryPrimitives.ReadUInt32BigEndian(value); break;
                case NFQA_SKB_INFO when value.Length >= 4: slot.Flags = BinaryPrimitives.ReadUInt32BigEndian(value); break;
                case NFQA_TIMESTAMP when value.Length >= 16:
                    slot.TimestampMicroseconds = (BinaryPrimitives.ReadUInt64BigEndian(value) * 1_000_000) + BinaryPrimitives.ReadUInt64BigEndian(value[8..]);
                    break;
                case NFQA_HWADDR when value.Length >= 12:
                    slot.HardwareStart = Offset(buffer, value) + 4;
                    slot.HardwareLength = Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(value), 8);
                    break;
                case NFQA_PAYLOAD:
                    slot.PayloadStart = Offset(buffer, value);
                    slot.PayloadLength = value.Length;
                    break;
                case NFQA_CT: slot.ReadConntrack(value); break;
            }
        }
        return named;
    }

    private void ReadConntrack(ReadOnlySpan<byte> nested)
    {
        HasConntrack = true;
        AttributeReader attributes = new(nested);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> value))
        {
            if (type == CTA_MARK && value.Length >= 4) ConntrackMark = BinaryPrimitives.ReadUInt32BigEndian(value);
            if (type == CTA_ID && value.Length >= 4) ConntrackId = BinaryPrimitives.ReadUInt32BigEndian(value);
        }
    }

    private static int Offset(ReadOnlySpan<byte> buffer, ReadOnlySpan<byte> part) =>
        buffer.Overlaps(part, out int offset) ? offset : 0;
}
