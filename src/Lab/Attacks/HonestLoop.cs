using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Exeat.Lab.Attacks;

/// <summary>A busy honest agent: TLS connections to a permitted name at a steady pace, one after another, and how many of them it got. The mark is <c>SECONDS:RATE</c>.</summary>
internal static class HonestLoop
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static async Task<bool> RunAsync(AttackTarget target)
    {
        string[] given = target.Canary.Split(':');
        double seconds = double.Parse(given[0], CultureInfo.InvariantCulture), rate = double.Parse(given[1], CultureInfo.InvariantCulture);
        var server = new IPEndPoint(await target.ResolveAsync(), target.Port);
        // The first handshakes of a process are slow by themselves.
        for (int i = 0; i < 10; i++) await ConnectAsync(server, target.Name);
        long start = TimeProvider.System.GetTimestamp();
        int made = 0;
        for (int tried = 0; Elapsed() < seconds; tried++)
        {
            double wait = tried / rate - Elapsed();
            if (wait > 0) await Task.Delay(TimeSpan.FromSeconds(wait), TimeProvider.System);
            if (await ConnectAsync(server, target.Name)) made++;
        }
        Console.WriteLine($"made {made}");
        return made > 0;

        double Elapsed() => TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<bool> ConnectAsync(IPEndPoint server, string name)
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(server, limit.Token);
            await using SslStream stream = AttackTarget.Tls(new NetworkStream(socket));
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name }, limit.Token);
            return true;
        }
        catch (Exception error) when (error is SocketException or IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }
}
