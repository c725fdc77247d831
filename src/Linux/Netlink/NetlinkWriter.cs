using System.Buffers.Binary;
using System.Text;

namespace Exeat.Linux.Netlink;

/// <summary>Writes netlink messages one after another into given room (linux/netlink.h). The caller provides enough room: too little throws.</summary>
internal ref struct NetlinkWriter(Span<byte> room)
{
    private readonly Span<byte> _room = room;
    private int _messageStart;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>What has been written.</summary>
    public readonly ReadOnlySpan<byte> Written => _room[..Length];

    /// <summary>Starts a message (struct nlmsghdr); its length is set by <see cref="EndMessage"/>.</summary>
    public void BeginMessage(ushort type, NetlinkFlags flags, uint sequence)
    {
        _messageStart = Length;
        Span<byte> header = Take(NetlinkMessage.HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)flags);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], sequence);
    }

    /// <summary>Starts a netfilter message: its type carries the subsystem, its body starts with struct nfgenmsg.</summary>
    public void BeginNetfilter(byte subsystem, byte type, NetlinkFlags flags, uint sequence, byte family, ushort resource = 0)
    {
        BeginMessage((ushort)((subsystem << 8) | type), flags, sequence);
        Span<byte> generic = Take(4);
        generic[0] = family;
        BinaryPrimitives.WriteUInt16BigEndian(generic[2..], resource);
    }

    public readonly void EndMessage() => BinaryPrimitives.WriteInt32LittleEndian(_room[_messageStart..], Length - _messageStart);

    /// <summary>Raw bytes of a fixed body such as struct fib_rule_hdr.</summary>
    public void PutBody(scoped ReadOnlySpan<byte> body) => body.CopyTo(Take(body.Length));

    /// <summary>Starts a nested attribute and returns where, for <see cref="EndNest"/>.</summary>
    public int BeginNest(ushort type)
    {
        int start = Length;
        Span<byte> header = Take(4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)(type | NetlinkMessage.NLA_F_NESTED));
        return start;
    }

    public readonly void EndNest(int start) => BinaryPrimitives.WriteUInt16LittleEndian(_room[start..], (ushort)(Length - start));

    public void Put(ushort type, scoped ReadOnlySpan<byte> value)
    {
        Span<byte> header = Take(4);
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], type);
        value.CopyTo(Take(value.Length));
    }

    public void PutByte(ushort type, byte value) => Put(type, [value]);

    public void PutBigEndian(ushort type, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        Put(type, bytes);
    }

    public void PutBigEndian(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Put(type, bytes);
    }

    public void PutNative(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Put(type, bytes);
    }

    /// <summary>A string with its terminating zero.</summary>
    public void PutText(ushort type, string value)
    {
        Span<byte> bytes = stackalloc byte[256];
        int length = Encoding.UTF8.GetBytes(value, bytes[..255]);
        bytes[length] = 0;
        Put(type, bytes[..(length + 1)]);
    }

    private Span<byte> Take(int bytes)
    {
        // Everything in netlink is padded to four bytes; the padding is not counted in an attribute's own length.
        int padded = NetlinkMessage.Align(bytes);
        Span<byte> taken = _room.Slice(Length, padded);
        taken[bytes..].Clear();
        Length += padded;
        taken = taken[..bytes];
        taken.Clear();
        return taken;
    }
}
