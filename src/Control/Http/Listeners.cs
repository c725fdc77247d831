using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Exeat.Control.Gateways.Certificates;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Exeat.Control.Http;

/// <summary>The two doors, both behind TLS, and what a connection may cost.</summary>
internal static class Listeners
{
    // A document of 20,000 names; areas that take more say so at the endpoint.
    private const long MaxBody = 1 << 20;

    // Some hundred gateways with a long poll each, and people's pages; a file descriptor and some 50 KiB each.
    private const int MaxConnections = 4096;

    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(10), IdleFor = TimeSpan.FromSeconds(90), HandshakeWithin = TimeSpan.FromSeconds(10);

    public static void Configure(KestrelServerOptions kestrel, ControlDocument control)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBody;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = HeadersWithin;
        kestrel.Limits.KeepAliveTimeout = IdleFor;
        PeopleCertificate certificate = kestrel.ApplicationServices.GetRequiredService<PeopleCertificate>();
        foreach (IPEndPoint at in Joined(control.People)) kestrel.Listen(at, listen => Open(listen, Door.People, () => People(certificate)));
        GatewayAuthority authority = kestrel.ApplicationServices.GetRequiredService<GatewayAuthority>();
        foreach (IPEndPoint at in Joined(control.Gateways)) kestrel.Listen(at, listen => Open(listen, Door.Gateways, () => Gateways(authority)));
    }

    private static void Open(ListenOptions listen, Door door, Func<SslServerAuthenticationOptions> tls)
    {
        listen.Use(next => connection =>
        {
            connection.Features.Set(new DoorMark(door));
            return next(connection);
        });
        listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = HandshakeWithin, OnConnection = _ => ValueTask.FromResult(tls()) });
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
