using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>The kernel's connection table, through ctnetlink. Thread-safe.</summary>
public sealed class Conntrack : IDisposable
{
    private readonly Lock _lock = new();
    private readonly NetlinkSocket _socket;

    /// <summary>Opens the table of this thread's network namespace.</summary>
    public Conntrack() => _socket = new NetlinkSocket(NetlinkSocket.NETLINK_NETFILTER, "conntrack: open", "");

    /// <summary>
    /// Visits all entries whose mark has <paramref name="markValue"/> under <paramref name="markMask"/> (0: all). While the table changes an entry may
    /// be visited twice or, seldom, not at all.
    /// </summary>
    public void Dump(uint markMask, uint markValue, ConntrackVisitor visit)
    {
        // The visitor may call back into this object (delete what it sees), hence a socket of its own.
        using NetlinkSocket socket = new(NetlinkSocket.NETLINK_NETFILTER, "conntrack: open", "");
        NetlinkWriter writer = new(stackalloc byte[64]);
        ConntrackMessages.Dump(ref writer, socket.NextSequence(), markMask, markValue);
        Errno error = socket.Query(writer.Written, (in NetlinkMessage message) =>
        {
            if (ConntrackReader.TryRead(in message, isDump: true, out ConntrackEvent entry)) visit(in entry);
        });
        if (error != Errno.None) throw new KernelException("conntrack: dump", "", error);
    }

    /// <summary>Deletes an entry; false if there is none, or if it is not the one with <paramref name="id"/> (0: any).</summary>
    public bool Delete(in TupleKey original, uint id = 0)
    {
        lock (_lock)
        {
            NetlinkWriter writer = new(stackalloc byte[256]);
            ConntrackMessages.Delete(ref writer, _socket.NextSequence(), in original, id);
            return IsFound(_socket.Request(writer.Written), "conntrack: delete", in original);
        }
    }

    /// <summary>Changes the bits <paramref name="mask"/> of an entry's mark; false if there is no such entry.</summary>
    public bool SetMark(in TupleKey original, uint mark, uint mask = uint.MaxValue)
    {
        lock (_lock)
        {
            NetlinkWriter writer = new(stackalloc byte[256]);
            ConntrackMessages.SetMark(ref writer, _socket.NextSequence(), in original, mark, mask);
            return IsFound(_socket.Request(writer.Written), "conntrack: mark", in original);
        }
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket.Dispose();

    private static bool IsFound(Errno error, string operation, in TupleKey key) => error switch
    {
        Errno.None => true,
        Errno.ENOENT => false,
        _ => throw new KernelException(operation, key.ToString(), error),
    };
}
