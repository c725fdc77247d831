using System.Net;
using System.Net.Sockets;

namespace Exeat.Run.Network;

/// <summary>Bytes from one connected socket to another, both ways, until both are done.</summary>
internal static class Relay
{
    private const int Buffer = 1 << 16;

    /// <summary>Whether a connection came to be in time.</summary>
    public static async Task<bool> TryConnectAsync(Socket socket, IPEndPoint to, TimeSpan patience, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        try
        {
            await socket.ConnectAsync(to, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception refused) when (refused is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Carries. <paramref name="idle"/>: how long both may be silent; infinite for connections of people's programs.</summary>
    public static async Task CarryAsync(Socket one, Socket other, TimeSpan idle, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(idle);
        await Task.WhenAll(OneWayAsync(one, other), OneWayAsync(other, one)).ConfigureAwait(false);

        async Task OneWayAsync(Socket from, Socket to)
        {
            byte[] buffer = new byte[Buffer];
            try
            {
                while (await from.ReceiveAsync(buffer, SocketFlags.None, limit.Token).ConfigureAwait(false) is > 0 and var length)
                {
                    if (idle != Timeout.InfiniteTimeSpan) limit.CancelAfter(idle);
                    for (int sent = 0; sent < length;) sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), SocketFlags.None, limit.Token).ConfigureAwait(false);
                }
                to.Shutdown(SocketShutdown.Send);
            }
            catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Reset, or over: the other way has nothing to wait for.
                await limit.CancelAsync().ConfigureAwait(false);
            }
        }
    }
}
