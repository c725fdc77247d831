using System.Collections.Frozen;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Exeat.Lab.World;

/// <summary>All servers of the world on one port, both families: TLS where the client begins with a hello, plain otherwise.</summary>
internal sealed class StreamServer(int port, FrozenDictionary<string, X509Certificate2> certificates, WebPages pages, ArrivalCounters counters)
{
    private const byte TlsHandshake = 0x16;

    // IP_MINTTL and IPV6_MINHOPCOUNT (RFC 5082): the kernel leaves alone what has come further, as if it had died on the way.
    private const int IpMinTtl = 21, Ipv6MinHopCount = 73, LeastHops = 16, ProtocolIp = 0, ProtocolIpv6 = 41;

    /// <summary>Opens its socket at once, and serves until stopped.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.SetRawSocketOption(ProtocolIp, IpMinTtl, BitConverter.GetBytes(LeastHops));
        listener.SetRawSocketOption(ProtocolIpv6, Ipv6MinHopCount, BitConverter.GetBytes(LeastHops));
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        listener.Listen(512);
        return AcceptAsync(listener, stop);
    }

    private async Task AcceptAsync(Socket listener, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested) _ = ServeAsync(await listener.AcceptAsync(stop), stop);
    }

    private async Task ServeAsync(Socket client, CancellationToken stop)
    {
        try
        {
            ArrivalKey key = Connections.KeyOf(client);
            counters.Accepted(key);
            await using var plain = new NetworkStream(client, ownsSocket: true);
            byte[] first = new byte[1];
            if (await client.ReceiveAsync(first, SocketFlags.Peek, stop) == 0) return;
            if (first[0] != TlsHandshake || !certificates.TryGetValue(key.Destination, out X509Certificate2? certificate))
            {
                await pages.ServeAsync(plain, key, "", stop);
                client.Shutdown(SocketShutdown.Send);
                return;
            }
            await using var secured = new SslStream(plain);
            await secured.AuthenticateAsServerAsync((_, hello, _, _) => ValueTask.FromResult(OptionsFor(hello.ServerName, key, certificate)), null, stop);
            await pages.ServeAsync(secured, key, secured.TargetHostName, stop);
            await secured.ShutdownAsync();
            client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or InvalidOperationException)
        {
            // The client left, or was reset by the gateway: what arrived has been counted.
        }
    }

    // A hello has arrived, whatever becomes of the connection: a name in it can carry a secret by itself.
    private SslServerAuthenticationOptions OptionsFor(string serverName, ArrivalKey key, X509Certificate2 certificate)
    {
        string label = serverName.Split('.')[0];
        if (label.StartsWith("canary-", StringComparison.Ordinal))
        {
            counters.Canary(new CanaryCount(label, key.Source, key.Destination, key.Port, serverName, ""));
        }
        return new SslServerAuthenticationOptions { ServerCertificate = certificate, ClientCertificateRequired = false };
    }
}
