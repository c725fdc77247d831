using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Exeat.Cli.Verify;

/// <summary>Datagrams and echo requests at the far side. A datagram with a token is answered by the token alone, which is shorter: nobody is flooded by way of it.</summary>
internal static class FarDatagrams
{
    private const int MostBytes = 4096;

    public static async Task ReceiveAsync(Socket socket, int port, ArrivalBook book, CancellationToken stop)
    {
        byte[] bytes = new byte[MostBytes];
        var anybody = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult got = await socket.ReceiveFromAsync(bytes, SocketFlags.None, anybody, stop);
                if (book.Note(bytes.AsSpan(0, got.ReceivedBytes), "udp", port, got.RemoteEndPoint.ToString() ?? "") is { } token)
                    await socket.SendToAsync(Encoding.ASCII.GetBytes(token), SocketFlags.None, got.RemoteEndPoint, stop);
            }
            catch (SocketException)
            {
                // An error about an earlier answer; the next datagram is received all the same.
            }
        }
    }

    public static async Task ReceiveEchoesAsync(Socket socket, ArrivalBook book, CancellationToken stop)
    {
        byte[] bytes = new byte[MostBytes];
        bool four = socket.AddressFamily == AddressFamily.InterNetwork;
        var anybody = new IPEndPoint(four ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!stop.IsCancellationRequested)
        {
            SocketReceiveFromResult got = await socket.ReceiveFromAsync(bytes, SocketFlags.None, anybody, stop);
            // IPv4 gives the IP header too (raw(7)).
            int at = four ? (bytes[0] & 15) * 4 : 0;
            if (got.ReceivedBytes > at && bytes[at] == (four ? 8 : 128)) book.Note(bytes.AsSpan(at, got.ReceivedBytes - at), four ? "icmp" : "icmpv6", 0, got.RemoteEndPoint.ToString() ?? "");
        }
    }
}
