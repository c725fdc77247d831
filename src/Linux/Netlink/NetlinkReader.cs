using System.Buffers.Binary;

namespace Exeat.Linux.Netlink;

/// <summary>Walks the messages of one datagram; stops at the first whose length cannot be.</summary>
internal ref struct NetlinkReader(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    public bool TryNext(out NetlinkMessage message)
    {
        message = default;
        if (_rest.Length < NetlinkMessage.HeaderBytes) return false;
        int length = BinaryPrimitives.ReadInt32LittleEndian(_rest);
        if (length < NetlinkMessage.HeaderBytes || length > _rest.Length) return false;
        message = new NetlinkMessage(_rest[..length]);
        _rest = _rest[Math.Min(NetlinkMessage.Align(length), _rest.Length)..];
        return true;
    }
}
