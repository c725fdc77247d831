using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Exeat.Lab.Attacks;

/// <summary>TLS that a gateway cannot read as it would like to.</summary>
internal static class TlsTricks
{
    private const int FirstPiece = 20;

    /// <summary>A permitted hello, cut in two: whoever decides on the first piece decides without the name.</summary>
    public static async Task<bool> HelloInPiecesAsync(AttackTarget target)
    {
        using Socket socket = await AttackTarget.ConnectAsync(new IPEndPoint(await target.ResolveAsync(), target.Port));
        await using var pieces = new PiecewiseStream(socket, FirstPiece, TimeSpan.FromMilliseconds(100));
        return await RequestAsync(pieces, target, target.Name);
    }

    /// <summary>A hello that names nobody, to the address of a permitted name.</summary>
    public static async Task<bool> NoNameAsync(AttackTarget target)
    {
        using Socket socket = await AttackTarget.ConnectAsync(new IPEndPoint(await target.ResolveAsync(), target.Port));
        await using var stream = new NetworkStream(socket);
        return await RequestAsync(stream, target, "");
    }

    private static async Task<bool> RequestAsync(NetworkStream stream, AttackTarget target, string serverName)
    {
        await using SslStream secured = AttackTarget.Tls(stream);
        using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = serverName }, limit.Token);
        await secured.WriteAsync(Encoding.ASCII.GetBytes($"GET /canary/{target.Canary} HTTP/1.1\r\nHost: {target.Name}\r\nConnection: close\r\n\r\n"), limit.Token);
        return await secured.ReadAsync(new byte[64], limit.Token) > 0;
    }
}
