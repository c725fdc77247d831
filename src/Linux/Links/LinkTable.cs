using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Reads the interfaces and addresses of one network namespace (that of the thread that made this object). Thread-safe.</summary>
public sealed class LinkTable : IDisposable
{
    private readonly Lock _lock = new();
    private readonly NetlinkSocket _socket = new(NetlinkSocket.NETLINK_ROUTE, "links: open", "");

    /// <summary>All interfaces.</summary>
    public IReadOnlyList<Link> Links()
    {
        List<Link> links = [];
        List(addresses: false, (in NetlinkMessage message) =>
        {
            if (LinkMessages.TryReadLink(in message, out Link link)) links.Add(link);
        });
        return links;
    }

    /// <summary>All addresses of all interfaces.</summary>
    public IReadOnlyList<LinkAddress> Addresses()
    {
        List<LinkAddress> addresses = [];
        List(addresses: true, (in NetlinkMessage message) =>
        {
            if (LinkMessages.TryReadAddress(in message, out LinkAddress address)) addresses.Add(address);
        });
        return addresses;
    }

    /// <summary>The queueing disciplines of all interfaces: <c>clsact</c> and <c>ingress</c> may hold programs that see packets before netfilter does.</summary>
    public IReadOnlyList<(int Interface, string Kind)> Disciplines()
    {
        List<(int, string)> disciplines = [];
        lock (_lock)
        {
            NetlinkWriter writer = new(stackalloc byte[64]);
            LinkMessages.ListDisciplines(ref writer, _socket.NextSequence());
            Errno error = _socket.Query(writer.Written, (in NetlinkMessage message) =>
            {
                if (LinkMessages.TryReadDiscipline(in message, out int index, out string kind)) disciplines.Add((index, kind));
            });
            if (error != Errno.None) throw new KernelException("links: list", "queueing disciplines", error);
        }
        return disciplines;
    }

    /// <summary>The number of the interface of that name; 0 if there is none.</summary>
    public int IndexOf(string name) => Links().FirstOrDefault(link => link.Name == name)?.Index ?? 0;

    /// <summary>The name of an interface; null if there is none of that number.</summary>
    public string? NameOf(int index) => Links().FirstOrDefault(link => link.Index == index)?.Name;

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket.Dispose();

    private void List(bool addresses, NetlinkVisitor visit)
    {
        lock (_lock)
        {
            NetlinkWriter writer = new(stackalloc byte[64]);
            LinkMessages.List(ref writer, _socket.NextSequence(), addresses);
            Errno error = _socket.Query(writer.Written, visit);
            if (error != Errno.None) throw new KernelException("links: list", addresses ? "addresses" : "interfaces", error);
        }
    }
}
