using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Link.Credentials;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Exeat.Link.Tests;

/// <summary>Control at the wire: TLS with an authority of its own, and whatever answers a test wants.</summary>
internal sealed class FakeControl : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;

    private FakeControl(string purpose)
    {
        var request = new CertificateRequest("CN=authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        _authority = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(3650));
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=control", serverKey, HashAlgorithmName.SHA256);
        server.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], true));
        X509Certificate2 shown = server.Create(_authority, Now.AddDays(-1), Now.AddDays(30), [1]).CopyWithPrivateKey(serverKey);

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            // Not by the options of Kestrel, which refuse to show what an impostor would.
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(shown, null, offline: true),
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, certificate, _, errors) => certificate is null || errors != SslPolicyErrors.None || certificate.Subject.Length > 0,
            }),
        })));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public Uri Address => new(_app.Urls.First() + "/");

    public X509Certificate2 AuthorityCertificate => X509CertificateLoader.LoadCertificate(_authority.RawData);

    public string Fingerprint => Authority.FingerprintOf(_authority);

    /// <summary>Method and path of every request, with the serial of the certificate that came with it.</summary>
    public List<(string What, string? Serial)> Asked { get; } = [];

    /// <summary>The bodies that came to a path.</summary>
    public List<(string Path, string Body)> Bodies { get; } = [];

    /// <summary>The protocol that it says it speaks.</summary>
    public string Protocol { get; set; } = "1";

    /// <summary>Status and JSON for a path and body.</summary>
    public Func<string, string, (int Status, string Json)> Answer { get; set; } = (_, _) => (404, "{}");

    public static async Task<FakeControl> StartAsync(string purpose = "1.3.6.1.5.5.7.3.1")
    {
        var control = new FakeControl(purpose);
        await control._app.StartAsync();
        return control;
    }

    /// <summary>A certificate for a request, as control signs them.</summary>
    public string Sign(string requestPem, TimeSpan life)
    {
        CertificateRequest asked = CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=gw-1"), asked.PublicKey, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.Create(_authority.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), Now.AddMinutes(-1), Now + life, RandomNumberGenerator.GetBytes(8));
        return made.ExportCertificatePem();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _authority.Dispose();
        _key.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        await using Stream stream = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        string body = await reader.ReadToEndAsync(), path = context.Request.Path.Value!["/gateway/v1/".Length..];
        lock (Asked)
        {
            Asked.Add((path, context.Connection.ClientCertificate?.SerialNumber));
            Bodies.Add((path, body));
        }
        context.Response.Headers[LinkProtocol.Header] = Protocol;
        if (path == "authority")
        {
            await context.Response.WriteAsync(_authority.ExportCertificatePem());
            return;
        }
        if (path == "enrol")
        {
            string request = JsonSerializer.Deserialize(body, LinkJson.Default.EnrolRequest)!.Request;
            await context.Response.WriteAsJsonAsync(new CertificateAnswer(Sign(request, TimeSpan.FromDays(30)), _authority.ExportCertificatePem()), LinkJson.Default.CertificateAnswer);
            return;
        }
        (int status, string json) = Answer(path, body);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }
}
