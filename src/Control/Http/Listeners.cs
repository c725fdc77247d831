using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Exeat.Control.Gateways.Certificates;
using Exeat.Control.People;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Exeat.Control.Http;

/// <summary>The two doors, both behind TLS, and what a connection may cost.</summary>
internal static class Listeners
{
    // A document of 20,000 names; areas that take more say so at the endpoint.
    private const long MaxBody = 1 << 20;

    // A thousand gateways with a long poll and their records each, and people's pages; a file descriptor and some 50 KiB each.
    private const int MaxOfGateways = 4096, MaxOfPeople = 4096;

    // Of one connection of HTTP/2: what a page asks for at once.
    private const int MaxStreams = 32;

    // Bodies, of whoever: a large policy over a poor mobile line. Bodies of gateways have a pace of their own.
    private const double LeastBytesPerSecond = 4096;

    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(10), IdleFor = TimeSpan.FromSeconds(90);

    /// <summary>A handshake, over a poor line.</summary>
    public static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(10);

    public static void Configure(KestrelServerOptions kestrel, ControlDocument control, TimeSpan handshakeWithin)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBody;
        kestrel.Limits.MaxConcurrentConnections = MaxOfGateways + MaxOfPeople;
        kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreams;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(LeastBytesPerSecond, HeadersWithin);
        kestrel.Limits.RequestHeadersTimeout = HeadersWithin;
        kestrel.Limits.KeepAliveTimeout = IdleFor;
        PeopleCertificate certificate = kestrel.ApplicationServices.GetRequiredService<PeopleCertificate>();
        ConnectionPlaces ofPeople = new(MaxOfPeople), ofGateways = new(MaxOfGateways);
        foreach (IPEndPoint at in Joined(control.People)) kestrel.Listen(at, listen => Open(listen, Door.People, ofPeople, handshakeWithin, () => People(certificate)));
        GatewayAuthority authority = kestrel.ApplicationServices.GetRequiredService<GatewayAuthority>();
        foreach (IPEndPoint at in Joined(control.Gateways)) kestrel.Listen(at, listen => Open(listen, Door.Gateways, ofGateways, handshakeWithin, () => Gateways(authority)));
    }

    private static void Open(ListenOptions listen, Door door, ConnectionPlaces places, TimeSpan handshakeWithin, Func<SslServerAuthenticationOptions> tls)
    {
        listen.Use(next => async connection =>
        {
            using ConnectionPlace? place = places.Enter(LoginThrottle.SourceOf((connection.RemoteEndPoint as IPEndPoint)?.Address));
            if (place is null)
            {
                connection.Abort();
                return;
            }
            connection.Features.Set(new DoorMark(door));
            connection.Features.Set(place);
            await next(connection);
        });
        listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = handshakeWithin, OnConnection = _ => ValueTask.FromResult(tls()) });
        // Reached when the handshake is done.
        listen.Use(next => connection =>
        {
            string? certificate = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate?.GetCertHashString(HashAlgorithmName.SHA256);
            if (connection.Features.Get<ConnectionPlace>()!.Greeted(certificate)) return next(connection);
            connection.Abort();
            return Task.CompletedTask;
        });
    }

    private static SslServerAuthenticationOptions People(PeopleCertificate certificate) => new()
    {
        ServerCertificateContext = certificate.Current,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };

    // Any certificate passes the handshake and counts for nothing: Gateways checks it, and its revocation, at each request.
    private static SslServerAuthenticationOptions Gateways(GatewayAuthority authority) => new()
    {
        ServerCertificate = authority.Server,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, presented, _, _) => presented is null or X509Certificate2,
    };

    // The server's socket for [::] takes IPv4 as well, so 0.0.0.0 with the same port is in it.
    private static IEnumerable<IPEndPoint> Joined(IReadOnlyCollection<AddressAndPort> written) => written
        .Where(at => !(at.Address == Address.V4(0) && written.Contains(new AddressAndPort(Address.V6(0), at.Port)) && at.Port != 0))
        .Select(at => new IPEndPoint(at.Address.ToIPAddress(), at.Port));
}
