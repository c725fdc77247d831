using System.Buffers.Binary;
using Exeat.Linux.Native;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Whose hardware address an address has on a link, written down for good: what neighbours say about it is no longer believed. Thread-safe.</summary>
public sealed class NeighbourTable : IDisposable
{
    private const ushort RTM_NEWNEIGH = 28, RTM_DELNEIGH = 29;
    private const ushort NDA_DST = 1, NDA_LLADDR = 2;
    private const ushort NUD_PERMANENT = 0x80;
    private const NetlinkFlags Replace = (NetlinkFlags)0x100;
    private const NetlinkFlags Acknowledged = NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_ACK;

    // struct ndmsg (linux/neighbour.h): family, padding, interface, state, flags, type.
    private const int HeaderBytes = 12;

    private readonly Lock _lock = new();
    private readonly NetlinkSocket _socket = new(NetlinkSocket.NETLINK_ROUTE, "neighbours: open", "");

    /// <summary>Writes it down, over whatever was learnt before; what stands in the way (no such link, a link that is down) is a value.</summary>
    public Errno Pin(string link, ReadOnlySpan<byte> address, ReadOnlySpan<byte> hardware) => Change(RTM_NEWNEIGH, Acknowledged | NetlinkFlags.NLM_F_CREATE | Replace, link, address, hardware);

    /// <summary>Takes it out again: the link's own protocol finds the address anew.</summary>
    public Errno Forget(string link, ReadOnlySpan<byte> address) => Change(RTM_DELNEIGH, Acknowledged, link, address, default);

    /// <summary>Closes the socket; what was written stays.</summary>
    public void Dispose() => _socket.Dispose();

    private Errno Change(ushort type, NetlinkFlags flags, string link, ReadOnlySpan<byte> address, ReadOnlySpan<byte> hardware)
    {
        uint index = Libc.InterfaceIndex(link);
        if (index == 0) return Errno.ENODEV;
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        header[0] = (byte)(address.Length == 4 ? Libc.AF_INET : Libc.AF_INET6);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], index);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], NUD_PERMANENT);
        lock (_lock)
        {
            NetlinkWriter writer = new(stackalloc byte[128]);
            writer.BeginMessage(type, flags, _socket.NextSequence());
            writer.PutBody(header);
            writer.Put(NDA_DST, address);
            if (!hardware.IsEmpty) writer.Put(NDA_LLADDR, hardware);
            writer.EndMessage();
            return _socket.Request(writer.Written);
        }
    }
}
