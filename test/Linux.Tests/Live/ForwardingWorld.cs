using System.Net;
using System.Net.Sockets;

namespace Exeat.Linux.Tests.Live;

/// <summary>Three namespaces in a row; the one in the middle forwards.</summary>
/// <remarks>
/// <code>
///   left                      middle                       right
///   l0 192.0.2.2/24 ───── m0 192.0.2.1   m1 198.51.100.1 ───── r0 198.51.100.2/24
///      2001:db8:1::2/64      2001:db8:1::1  2001:db8:2::1         2001:db8:2::2/64
/// </code>
/// </remarks>
internal sealed class ForwardingWorld : IDisposable
{
    private static int s_count;
    private readonly List<IDisposable> _open = [];

    public ForwardingWorld()
    {
        OwnNamespace.Require();
        int number = Interlocked.Increment(ref s_count);
        (Left, Middle, Right) = ($"left{number}", $"middle{number}", $"right{number}");
        foreach (string name in new[] { Left, Middle, Right }) Namespaces.Create(name);
        new IpBatch().VethPair("l0", Left, "m0", Middle).VethPair("r0", Right, "m1", Middle).Run();
        new IpBatch().Address("l0", "192.0.2.2/24").Address("l0", "2001:db8:1::2/64").Up("l0")
            .Route("default", "192.0.2.1").Route("default", "2001:db8:1::1").Run(Left);
        new IpBatch().Address("r0", "198.51.100.2/24").Address("r0", "2001:db8:2::2/64").Up("r0")
            .Route("default", "198.51.100.1").Route("default", "2001:db8:2::1").Run(Right);
        new IpBatch().Address("m0", "192.0.2.1/24").Address("m0", "2001:db8:1::1/64").Up("m0")
            .Address("m1", "198.51.100.1/24").Address("m1", "2001:db8:2::1/64").Up("m1").Run(Middle);
        NamespaceThread.Run(Middle, () =>
        {
            Sysctl.Write("net.ipv4.ip_forward", "1");
            Sysctl.Write("net.ipv6.conf.all.forwarding", "1");
            Sysctl.Write("net.netfilter.nf_conntrack_acct", "1");
            Sysctl.Write("net.netfilter.nf_conntrack_timestamp", "1");
        });
    }

    public string Left { get; }
    public string Middle { get; }
    public string Right { get; }

    public static IPAddress LeftAddress(bool v6) => IPAddress.Parse(v6 ? "2001:db8:1::2" : "192.0.2.2");
    public static IPAddress MiddleAddress(bool v6) => IPAddress.Parse(v6 ? "2001:db8:1::1" : "192.0.2.1");
    public static IPAddress RightAddress(bool v6) => IPAddress.Parse(v6 ? "2001:db8:2::2" : "198.51.100.2");

    /// <summary>Opens something that belongs to a namespace, closed with this world.</summary>
    public T Open<T>(string space, Func<T> open) where T : IDisposable
    {
        T opened = NamespaceThread.Run(space, open);
        _open.Add(opened);
        return opened;
    }

    public Nftables Rules(string ruleset)
    {
        Nftables nftables = Open(Middle, () => new Nftables());
        nftables.Apply(ruleset);
        return nftables;
    }

    /// <summary>Rules that queue the first packet of each connection in a hook, and a later chain that copies the packet mark.</summary>
    public QueueKind QueueFirstPackets(string hook, ushort queue = 7)
    {
        Nftables nftables = Rules($$"""
            table inet exeat {
              chain verdict_queue { }
              chain first {
                type filter hook {{hook}} priority 0; policy drop;
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept
                ip6 daddr ff00::/8 accept
                ct state established,related accept
                iifname "m0" jump verdict_queue
                accept
              }
              chain later {
                type filter hook {{hook}} priority 10; policy accept;
                meta mark != 0 ct mark set meta mark
              }
            }
            """);
        return QueueRule.Install(nftables, "exeat", "verdict_queue", queue);
    }

    public Socket Listen(string space, IPAddress address, int port)
    {
        Socket listener = Open(space, () => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen();
        return listener;
    }

    public Socket Tcp(string space, IPAddress address) => Open(space, () => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));

    public Socket Udp(string space, IPAddress address) => Open(space, () => new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));

    public void Dispose()
    {
        foreach (IDisposable opened in Enumerable.Reverse(_open)) opened.Dispose();
        foreach (string name in new[] { Left, Middle, Right }) Namespaces.Delete(name);
    }
}
