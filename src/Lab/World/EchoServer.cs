using System.Net;
using System.Net.Sockets;

namespace Exeat.Lab.World;

/// <summary>Stands for a database or any other server that is no web server: takes connections on a port and repeats what it is sent.</summary>
internal sealed class EchoServer(int port, ArrivalCounters counters)
{
    /// <summary>Opens its socket at once, and serves until stopped.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        listener.Listen(64);
        return AcceptAsync(listener, stop);
    }

    private async Task AcceptAsync(Socket listener, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested) _ = EchoAsync(await listener.AcceptAsync(stop), stop);
    }

    private async Task EchoAsync(Socket client, CancellationToken stop)
    {
        try
        {
            counters.Accepted(Connections.KeyOf(client));
            await using var stream = new NetworkStream(client, ownsSocket: true);
            await stream.CopyToAsync(stream, stop);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The client left.
        }
    }
}
