using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Exeat.Cli.Verify;

/// <summary>The sockets of the far side: TCP and UDP of both families, and echo requests where this machine lets it see them.</summary>
internal sealed class FarListeners : IDisposable
{
    /// <summary>Where the attempts of <c>exeat verify --far</c> go.</summary>
    public static ImmutableArray<int> StreamPorts { get; } = [22, 53, 80, 443, 853, 8443];

    public static ImmutableArray<int> DatagramPorts { get; } = [53, 443, 4444];

    private readonly List<Socket> _sockets = [];

    public List<(Socket Socket, int Port)> Streams { get; } = [];

    public List<(Socket Socket, int Port)> Datagrams { get; } = [];

    public List<Socket> Echoes { get; } = [];

    /// <summary>What could not be opened, and why.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>What is counted, as <c>tcp/443</c>.</summary>
    public ImmutableArray<string> Counts { get; private set; } = [];

    public static FarListeners Open(IPAddress address, IEnumerable<int> more)
    {
        var opened = new FarListeners();
        foreach (int port in StreamPorts.Concat(more).Distinct()) opened.Try($"tcp/{port}", () => opened.Streams.Add((opened.Listen(address, port), port)));
        foreach (int port in DatagramPorts.Concat(more).Distinct()) opened.Try($"udp/{port}", () => opened.Datagrams.Add((opened.Bind(address, port), port)));
        foreach ((AddressFamily family, ProtocolType protocol) in ((AddressFamily, ProtocolType)[])[(AddressFamily.InterNetwork, ProtocolType.Icmp), (AddressFamily.InterNetworkV6, ProtocolType.IcmpV6)])
            opened.Try(family == AddressFamily.InterNetwork ? "icmp/0" : "icmpv6/0", () => opened.Echoes.Add(opened.Listen(family, protocol)));
        return opened;
    }

    public void Dispose()
    {
        foreach (Socket socket in _sockets) socket.Dispose();
    }

    private void Try(string what, Action open)
    {
        try
        {
            open();
            Counts = Counts.Add(what);
        }
        catch (SocketException refused)
        {
            Missing.Add($"{what}: {refused.Message}");
        }
    }

    private Socket Listen(IPAddress address, int port)
    {
        Socket socket = Keep(new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        BindTo(socket, address, port);
        socket.Listen(64);
        return socket;
    }

    private Socket Listen(AddressFamily family, ProtocolType protocol)
    {
        Socket socket = Keep(new Socket(family, SocketType.Raw, protocol));
        socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
        return socket;
    }

    private Socket Bind(IPAddress address, int port)
    {
        Socket socket = Keep(new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        BindTo(socket, address, port);
        return socket;
    }

    private static void BindTo(Socket socket, IPAddress address, int port)
    {
        if (address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
        socket.Bind(new IPEndPoint(address, port));
    }

    private Socket Keep(Socket socket)
    {
        _sockets.Add(socket);
        return socket;
    }
}
