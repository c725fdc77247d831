using System.Buffers.Binary;

namespace Exeat.Linux.Netlink;

/// <summary>One netlink message as received.</summary>
internal readonly ref struct NetlinkMessage(ReadOnlySpan<byte> bytes)
{
    public const int HeaderBytes = 16;
    public const ushort NLMSG_ERROR = 2, NLMSG_DONE = 3, NLMSG_OVERRUN = 4;
    public const ushort NLA_F_NESTED = 0x8000, NLA_TYPE_MASK = 0x3FFF;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public ushort Type => BinaryPrimitives.ReadUInt16LittleEndian(Bytes[4..]);

    /// <summary>The low byte of a netfilter message's type: what it says within its subsystem.</summary>
    public byte NetfilterType => Bytes[4];

    public byte Subsystem => Bytes[5];

    public NetlinkFlags Flags => (NetlinkFlags)BinaryPrimitives.ReadUInt16LittleEndian(Bytes[6..]);

    public uint Sequence => BinaryPrimitives.ReadUInt32LittleEndian(Bytes[8..]);

    public uint PortId => BinaryPrimitives.ReadUInt32LittleEndian(Bytes[12..]);

    public ReadOnlySpan<byte> Body => Bytes[HeaderBytes..];

    /// <summary>The error that an NLMSG_ERROR or NLMSG_DONE carries; none for an acknowledgement.</summary>
    public Errno Error => Body.Length >= 4 ? (Errno)(-BinaryPrimitives.ReadInt32LittleEndian(Body)) : Errno.None;

    /// <summary>The address family of a netfilter message (struct nfgenmsg).</summary>
    public byte Family => Body.Length > 0 ? Body[0] : (byte)0;

    /// <summary>The attributes behind a fixed body of <paramref name="bodyBytes"/>.</summary>
    public AttributeReader Attributes(int bodyBytes) => new(Body.Length > bodyBytes ? Body[Align(bodyBytes)..] : default);

    public static int Align(int length) => (length + 3) & ~3;
}
