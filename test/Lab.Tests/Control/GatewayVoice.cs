using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Exeat.Lab.Tests.Control;

/// <summary>Somebody who has a gateway's credentials and speaks to control as its link does, without being it.</summary>
internal sealed class GatewayVoice : IDisposable
{
    private readonly HttpClient _http;

    public GatewayVoice(LinkedLab lab, ControlDesk control)
    {
        string pem = File.ReadAllText(Path.Combine(lab.LinkFolder, "credentials.pem"));
        _http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateContext = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(pem, pem), null, offline: true),
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            },
        })
        { BaseAddress = new Uri(control.GatewaysUrl) };
        _http.DefaultRequestHeaders.Add("Exeat-Protocol", "1");
    }

    /// <summary>Sends lines as a batch: how many control took as new, and how many it had.</summary>
    public async Task<(HttpStatusCode Status, long Accepted, long Duplicates, long Foreign)> ShipAsync(IEnumerable<string> lines)
    {
        (HttpStatusCode status, long accepted, long duplicates, long foreign) = (HttpStatusCode.OK, 0, 0, 0);
        foreach (string[] piece in lines.Chunk(2000))
        {
            using HttpResponseMessage answer = await _http.PostAsync("gateway/v1/records", new StringContent(string.Concat(piece.Select(line => line + "\n")), Encoding.UTF8, "application/x-ndjson"));
            if (!answer.IsSuccessStatusCode) return (answer.StatusCode, accepted, duplicates, foreign);
            JsonNode said = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            (status, accepted, duplicates, foreign) = (answer.StatusCode, accepted + (long)said["accepted"]!, duplicates + (long)said["duplicates"]!, foreign + (long)said["foreign"]!);
        }
        return (status, accepted, duplicates, foreign);
    }

    public void Dispose() => _http.Dispose();
}
