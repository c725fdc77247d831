using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Exeat.Api.Control;
using Exeat.Link.Credentials;

namespace Exeat.Link.Connection;

/// <summary>Speaks to control: outbound only, TLS 1.3, with this gateway's certificate, to nobody but whom the authority of the enrolment vouches for.</summary>
internal sealed class ControlConnection : IDisposable
{
    // Beyond what a long poll waits for: the rest is a slow line.
    private static readonly TimeSpan Patience = LinkProtocol.MaxWait + TimeSpan.FromSeconds(30), ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly Uri _control;
    private readonly TimeProvider _time;
    private readonly X509Certificate2 _authority;
    private volatile HttpClient _http;
    private volatile string? _why;
    private TaskCompletionSource _back = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Nothing is opened before the first question. Without <paramref name="own"/> nobody but enrolment is answered.</summary>
    public ControlConnection(Uri control, X509Certificate2 authority, X509Certificate2? own, TimeProvider time)
    {
        (_control, _authority, _time) = (control, authority, time);
        _http = Client(own);
    }

    /// <summary>Ends when something gets through that did not before: then nothing else need wait any longer.</summary>
    public Task Back => Volatile.Read(ref _back).Task;

    /// <summary>Something got through that did not before.</summary>
    public void IsBack() => Interlocked.Exchange(ref _back, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Shows another certificate from now on. What is under way ends with the old one.</summary>
    public void Show(X509Certificate2 own) => _http = Client(own);

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), type, cancel);

    public Task<T> PostAsync<TBody, T>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, CancellationToken cancel) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, bodyType) }, type, cancel);

    /// <summary>Sends journal lines, packed.</summary>
    public Task<RecordsAnswer> ShipAsync(ReadOnlyMemory<byte> lines, CancellationToken cancel) => SendAsync(
        () =>
        {
            using var packed = new MemoryStream(lines.Length / 4);
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(lines.Span);
            var content = new ByteArrayContent(packed.GetBuffer(), 0, (int)packed.Length);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
            content.Headers.ContentEncoding.Add("gzip");
            return new HttpRequestMessage(HttpMethod.Post, "gateway/v1/records") { Content = content };
        },
        LinkJson.Default.RecordsAnswer,
        cancel);

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(Func<HttpRequestMessage> make, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        try
        {
            using HttpRequestMessage request = make();
            request.Headers.Add(LinkProtocol.Header, LinkProtocol.Current.ToString(CultureInfo.InvariantCulture));
            using HttpResponseMessage answer = await _http.SendAsync(request, cancel).ConfigureAwait(false);
            CheckProtocol(answer);
            if (!answer.IsSuccessStatusCode) throw await RefusedAsync(answer, cancel).ConfigureAwait(false);
            return await answer.Content.ReadFromJsonAsync(type, cancel).ConfigureAwait(false) ?? throw new ControlUnreachable("it answers nothing");
        }
        catch (HttpRequestException broken)
        {
            string why = broken.InnerException is AuthenticationException ? _why ?? broken.InnerException.Message : (broken.InnerException ?? broken).Message;
            throw new ControlUnreachable($"{_control.Authority}: {why.TrimEnd('.')}", broken);
        }
        catch (Exception broken) when (broken is IOException or JsonException or NotSupportedException)
        {
            throw new ControlUnreachable($"{_control.Authority}: its answer cannot be read: {broken.Message.TrimEnd('.')}", broken);
        }
        catch (OperationCanceledException slow) when (!cancel.IsCancellationRequested)
        {
            throw new ControlUnreachable($"{_control.Authority}: no answer within {Patience.TotalSeconds:0} s", slow);
        }
    }

    // What speaks another version may mean something else by the same words.
    private static void CheckProtocol(HttpResponseMessage answer)
    {
        string? said = answer.Headers.TryGetValues(LinkProtocol.Header, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
        if (said is null) throw new ControlUnreachable("what answers there is not control's side for gateways (listener for gateways: port 8441 by default)");
        if (!int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out int version) || !LinkProtocol.Understands(version))
            throw new ControlUnreachable($"control speaks protocol {said}, this link {LinkProtocol.Current}: releases may be one apart; upgrade the older side");
    }

    private static async Task<ControlRefused> RefusedAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        LinkRefusal? said = null;
        try
        {
            said = await answer.Content.ReadFromJsonAsync(LinkJson.Default.LinkRefusal, cancel).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            // Something before control answered; its status is all there is.
        }
        return new ControlRefused(answer.StatusCode, said?.Type?.Split(':')[^1] ?? "", said?.Detail is { } detail ? $"control: {detail}; {said.Remedy}" : $"control answers {(int)answer.StatusCode}");
    }

    private HttpClient Client(X509Certificate2? own)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            AutomaticDecompression = DecompressionMethods.GZip,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(own, null, offline: true),
                RemoteCertificateValidationCallback = (_, shown, _, _) =>
                {
                    _why = Authority.ProblemOf(shown as X509Certificate2, _authority, _time.GetUtcNow());
                    return _why is null;
                },
            },
        };
        return new HttpClient(handler) { BaseAddress = _control, Timeout = Patience, MaxResponseContentBufferSize = LinkProtocol.MaxMessageBytes };
    }
}
