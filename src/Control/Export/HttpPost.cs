using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;

namespace Exeat.Control.Export;

/// <summary>Posts to what an administrator named: no redirect is followed, no proxy and no cookie is used, the answer is read up to a limit.</summary>
internal sealed class HttpPost : IDisposable
{
    private const int MaxAnswer = 64 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);

    private readonly HttpClient _http;

    public HttpPost(Dialer dialer, bool mayBePrivate, string? ca)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            ConnectCallback = async (asked, cancel) => new NetworkStream(await dialer.ConnectAsync(asked.DnsEndPoint.Host, asked.DnsEndPoint.Port, mayBePrivate, cancel), ownsSocket: true),
        };
        if (TrustedRoots.Check(ca) is { } check) handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = check };
        _http = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = MaxAnswer };
    }

    /// <summary>The answer's body, when the far side took it. Throws <see cref="OutboundException"/>.</summary>
    public async Task<byte[]> SendAsync(string url, byte[] body, CancellationToken cancel, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address(url)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach ((string name, string value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value)) throw new OutboundException($"the header {name} cannot be sent") { IsFinal = true };
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, cancel);
            if (answer.IsSuccessStatusCode) return await answer.Content.ReadAsByteArrayAsync(cancel);
            // OTLP/HTTP, "Failures": these may pass; and a server's 5xx is no reason to give up.
            bool mayPass = answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)answer.StatusCode >= 500;
            throw new OutboundException($"the far side answers {(int)answer.StatusCode}{((int)answer.StatusCode is >= 300 and < 400 ? " (redirects are not followed)" : "")}")
            {
                IsFinal = !mayPass,
                IsAboutContent = (int)answer.StatusCode is 400 or 413 or 422,
                RetryAfter = answer.Headers.RetryAfter?.Delta is { } delta ? (delta < LongestWait ? delta : LongestWait) : null,
            };
        }
        catch (HttpRequestException failed)
        {
            // No address of Slack's: the address itself is the secret.
            throw failed.InnerException as OutboundException ?? new OutboundException($"nothing got through: {(failed.InnerException ?? failed).Message.TrimEnd('.')}", failed);
        }
        catch (OperationCanceledException slow) when (!cancel.IsCancellationRequested)
        {
            throw new OutboundException($"no answer within {Patience.TotalSeconds:0} s", slow);
        }
    }

    public void Dispose() => _http.Dispose();

    private static Uri Address(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && address.Scheme is "https" or "http" ? address : throw new OutboundException("the address is none") { IsFinal = true };
}
