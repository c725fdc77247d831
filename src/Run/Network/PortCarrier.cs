using System.Net;
using System.Net.Sockets;
using Exeat.Linux;

namespace Exeat.Run.Network;

/// <summary>Carries chosen ports: of the command's loopback to the host's (<c>-p</c>), and of the host's loopback to an address that the gateway's policy names (<c>--host-port</c>).</summary>
internal sealed class PortCarrier : IDisposable
{
    // A dev server's page opens a dozen connections; a flood of them is somebody's mistake.
    private const int MaxAtOnce = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _listeners = [];
    private readonly SemaphoreSlim _places = new(MaxAtOnce);

    /// <summary>What listens on the command's loopback is reached on the host's, in both families. <paramref name="opened"/> hears of each connection before it is made; false: it is not.</summary>
    public void Publish(int port, string agentSpace, Func<int, IPEndPoint, bool> opened)
    {
        foreach (IPAddress loopback in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
        {
            if (loopback.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6) continue;
            Socket listener = Listen(() => new Socket(loopback.AddressFamily, SocketType.Stream, ProtocolType.Tcp), new IPEndPoint(loopback, port), $"-p {port}");
            _ = AcceptAsync(listener, from => opened(port, from), async () =>
            {
                // A server on "localhost" listens on either.
                foreach (IPAddress to in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
                {
                    Socket socket = NamespaceThread.Run(agentSpace, () => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
                    if (await Relay.TryConnectAsync(socket, new IPEndPoint(to, port), Patience, _stop.Token).ConfigureAwait(false)) return socket;
                    socket.Dispose();
                }
                return null;
            });
        }
    }

    /// <summary>A service on the host's loopback is reached at <see cref="RunAddresses.HostPorts4"/> and its IPv6 twin, by way of the gateway.</summary>
    public void Permit(int port, string waySpace)
    {
        foreach (string address in (string[])[RunAddresses.HostPorts4, RunAddresses.HostPorts6])
        {
            var at = new IPEndPoint(IPAddress.Parse(address), port);
            Socket listener = Listen(() => NamespaceThread.Run(waySpace, () => new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp)), at, $"--host-port {port}");
            _ = AcceptAsync(listener, _ => true, async () =>
            {
                foreach (IPAddress to in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
                {
                    var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                    if (await Relay.TryConnectAsync(socket, new IPEndPoint(to, port), Patience, _stop.Token).ConfigureAwait(false)) return socket;
                    socket.Dispose();
                }
                return null;
            });
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (Socket listener in _listeners) listener.Dispose();
    }

    private Socket Listen(Func<Socket> make, IPEndPoint at, string option)
    {
        Socket socket = make();
        _listeners.Add(socket);
        try
        {
            socket.Bind(at);
            socket.Listen(64);
            return socket;
        }
        catch (SocketException refused)
        {
            string why = refused.SocketErrorCode == SocketError.AddressAlreadyInUse ? "another program listens there; stop it, or choose another port" : refused.Message;
            throw new RunException(RunException.InputWrong, $"{option}: {at}: {why}");
        }
    }

    private async Task AcceptAsync(Socket listener, Func<IPEndPoint, bool> opened, Func<Task<Socket?>> connect)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket client = await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (_places.Wait(0)) _ = CarryAsync(client, opened, connect);
                else client.Dispose();
            }
            catch (SocketException)
            {
                // Reset before it was accepted.
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task CarryAsync(Socket client, Func<IPEndPoint, bool> opened, Func<Task<Socket?>> connect)
    {
        try
        {
            using (client)
            {
                if (!opened((IPEndPoint)client.RemoteEndPoint!)) return;
                using Socket? server = await connect().ConfigureAwait(false);
                if (server is not null) await Relay.CarryAsync(client, server, Timeout.InfiniteTimeSpan, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client went before it was looked at.
        }
        finally
        {
            _places.Release();
        }
    }
}
