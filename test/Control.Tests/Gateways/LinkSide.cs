using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Exeat.Api.Control;
using Exeat.Control.Gateways;
using Exeat.Control.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Exeat.Control.Tests.Gateways;

/// <summary>A gateway's side of the wire, as a link speaks: its certificate over TLS 1.3.</summary>
internal sealed class LinkSide(ControlFixture control, X509Certificate2? own) : IDisposable
{
    public static readonly Actor Operator = new("user:op", Roles.Operator | Roles.Viewer);

    public X509Certificate2? Own => own;

    public HttpClient Http { get; } = Client(control, own);

    public static GatewayBook Book(ControlFixture control) => control.Host.Parts.GetRequiredService<GatewayBook>();

    /// <summary>A gateway that has come with its token.</summary>
    public static async Task<LinkSide> EnrolAsync(ControlFixture control, string id = "gw-1", string? agents = null)
    {
        (EnrolmentToken token, _) = Book(control).MakeToken(Operator, id);
        using var nobody = new LinkSide(control, null);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        HttpResponseMessage answer = await nobody.EnrolAsync(new EnrolRequest(id, token.Secret, Request(key), "0.1.0", agents));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new LinkSide(control, With(key, (await answer.Content.ReadFromJsonAsync(LinkJson.Default.CertificateAnswer))!));
    }

    public static string Request(ECDsa key) => new CertificateRequest("CN=whatever", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    public static X509Certificate2 With(ECDsa key, CertificateAnswer answer) => X509Certificate2.CreateFromPem(answer.Certificate, key.ExportPkcs8PrivateKeyPem());

    public Task<HttpResponseMessage> EnrolAsync(EnrolRequest request) => Http.PostAsync("gateway/v1/enrol", JsonContent.Create(request, LinkJson.Default.EnrolRequest));

    /// <summary>Another certificate for this gateway; null: refused, with the word.</summary>
    public async Task<(LinkSide? Next, string Word)> RenewAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        HttpResponseMessage answer = await Http.PostAsync("gateway/v1/renew", JsonContent.Create(new RenewRequest(Request(key)), LinkJson.Default.RenewRequest));
        if (!answer.IsSuccessStatusCode) return (null, await WordAsync(answer));
        return (new LinkSide(control, With(key, (await answer.Content.ReadFromJsonAsync(LinkJson.Default.CertificateAnswer))!)), "");
    }

    /// <summary>The word of the refusal of a question for what is desired; empty: it was answered.</summary>
    public async Task<string> RefusalAsync()
    {
        HttpResponseMessage answer = await Http.GetAsync("gateway/v1/desired?have=&wait=0");
        Assert.True(answer.Headers.Contains(LinkProtocol.Header));
        return answer.IsSuccessStatusCode ? "" : await WordAsync(answer);
    }

    public Task<HttpResponseMessage> ReportAsync(string json) => Http.PostAsync("gateway/v1/status", new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<HttpResponseMessage> ShipAsync(string lines) => Http.PostAsync("gateway/v1/records", new StringContent(lines, Encoding.UTF8, "application/x-ndjson"));

    public static async Task<string> WordAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync(LinkJson.Default.LinkRefusal))!.Type.Split(':')[^1];

    public void Dispose()
    {
        Http.Dispose();
        own?.Dispose();
    }

    private static HttpClient Client(ControlFixture control, X509Certificate2? own)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            Expect100ContinueTimeout = TimeSpan.FromMinutes(1),
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(own, null, offline: true),
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            },
        })
        { BaseAddress = new Uri(control.Host.Addresses[1], "/") };
        http.DefaultRequestHeaders.Add(LinkProtocol.Header, "1");
        return http;
    }
}
