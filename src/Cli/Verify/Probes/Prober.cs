using System.Net;
using System.Net.Sockets;
using Exeat.Names;

namespace Exeat.Cli.Verify;

/// <summary>Makes attempts with ordinary sockets: no privilege, no library of the agent's.</summary>
internal sealed class Prober(TimeSpan patience, TimeProvider time) : IProber
{
    // Refused datagrams are told by ICMP, and a gateway tells an agent fifty a second, six at once: more would be silence (docs/limitations.md).
    private static readonly TimeSpan BetweenDatagrams = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private TimeSpan _nextDatagram;

    public async Task<Seen> MakeAsync(Probe probe, CancellationToken stop)
    {
        if (probe.Protocol != 6) await PaceAsync(stop);
        DateTimeOffset from = time.GetUtcNow();
        using var late = new CancellationTokenSource(patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        Seen seen = probe.Kind switch
        {
            ProbeKind.Question or ProbeKind.Quic or ProbeKind.Udp or ProbeKind.Echo => await DatagramProbe.MakeAsync(probe, from, patience / 3, time, limit.Token),
            _ => await StreamProbe.MakeAsync(probe, from, limit.Token),
        };
        stop.ThrowIfCancellationRequested();
        return seen with { Until = time.GetUtcNow() };
    }

    private Task PaceAsync(CancellationToken stop)
    {
        TimeSpan wait;
        lock (_gate)
        {
            TimeSpan now = time.GetElapsedTime(0);
            wait = _nextDatagram > now ? _nextDatagram - now : TimeSpan.Zero;
            _nextDatagram = now + wait + BetweenDatagrams;
        }
        return wait > TimeSpan.Zero ? Task.Delay(wait, time, stop) : Task.CompletedTask;
    }

    /// <summary>Whether the kernel knows a way to the world in this family. Asks the routing table only: nothing is sent.</summary>
    public static bool HasRoute(int family)
    {
        try
        {
            using var socket = new Socket(family == 4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            // Documentation addresses: whoever has a default route has a way there.
            socket.Connect(new IPEndPoint(IPAddress.Parse(family == 4 ? "203.0.113.1" : "2001:db8::1"), 9));
            return socket.LocalEndPoint is IPEndPoint own && !IPAddress.IsLoopback(own.Address);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    internal static AddressFamily FamilyOf(Address address) => address.IsV4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;

    /// <summary>A port of its own before anything is sent, so that the record can be found by it.</summary>
    internal static int BindAny(Socket socket)
    {
        socket.Bind(new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>What an error of a socket looks like before anything was received.</summary>
    internal static Look LookOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => Look.Reset,
        SocketError.ConnectionReset or SocketError.Shutdown => Look.ResetLater,
        SocketError.NetworkUnreachable or SocketError.AddressNotAvailable => Look.NoRoute,
        SocketError.HostUnreachable => Look.Unreachable,
        SocketError.AccessDenied => Look.Prohibited,
        SocketError.TimedOut => Look.Silence,
        _ => Look.Untried,
    };
}
