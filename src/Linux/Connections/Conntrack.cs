using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>The connection table of the network namespace of the thread that made this object, through ctnetlink. Thread-safe.</summary>
public sealed class Conntrack : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Lock _dumping = new();
    private readonly NetlinkSocket _socket = Open();
    // A socket of its own for dumps: the visitor may change what it sees.
    private readonly NetlinkSocket _dump = Open();

    /// <summary>
    /// Visits all entries whose mark has <paramref name="markValue"/> under <paramref name="markMask"/> (0: all). While the table changes an entry may
    /// be visited twice or, seldom, not at all. The visitor may delete and mark entries, but not dump.
    /// </summary>
    public void Dump(uint markMask, uint markValue, ConntrackVisitor visit)
    {
        lock (_dumping)
        {
            NetlinkWriter writer = new(stackalloc byte[64]);
            ConntrackMessages.Dump(ref writer, _dump.NextSequence(), markMask, markValue);
            Errno error = _dump.Query(writer.Written, (in NetlinkMessage message) =>
            {
                if (ConntrackReader.TryRead(in message, isDump: true, out ConntrackEvent entry)) visit(in entry);
            });
            if (error != Errno.None) throw new KernelException("conntrack: dump", "", error);
        }
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

    /// <summary>Closes the sockets.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _dump.Dispose();
    }

    private static NetlinkSocket Open() => new(NetlinkSocket.NETLINK_NETFILTER, "conntrack: open", "");

    private static bool IsFound(Errno error, string operation, in TupleKey key) => error switch
    {
        Errno.None => true,
        Errno.ENOENT => false,
        _ => throw new KernelException(operation, key.ToString(), error),
    };
}
