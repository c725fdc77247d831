using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Exeat.Api.Control;

/// <summary>Speaks to control: people, tokens, audit, and by <see cref="GetAsync"/> and <see cref="SendAsync"/> everything else of its API.</summary>
public sealed class ControlClient : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>Nothing is opened before the first question.</summary>
    public ControlClient(Uri address, ControlTrust trust, string? secret)
    {
        ArgumentNullException.ThrowIfNull(trust);
        _http = trust.Client(address);
        if (secret is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
    }

    /// <summary>The connection, for answers that are streams.</summary>
    public HttpClient Http => _http;

    /// <summary>Asks. <paramref name="path"/> is below <c>/api/v1/</c>. Throws <see cref="ControlRefusedException"/> and <see cref="HttpRequestException"/>.</summary>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri("/api/v1/" + path, UriKind.Relative), cancel).ConfigureAwait(false);
        return await ReadAsync(answer, type, cancel).ConfigureAwait(false);
    }

    /// <summary>Changes something. A POST has a key, so that sending it again is the same request.</summary>
    public async Task<TAnswer> SendAsync<TBody, TAnswer>(HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> type, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(method, path, JsonContent.Create(body, bodyType), cancel).ConfigureAwait(false);
        return await ReadAsync(answer, type, cancel).ConfigureAwait(false);
    }

    /// <summary>Changes something, and there is nothing to say about it.</summary>
    public async Task SendAsync<TBody>(HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> bodyType, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(method, path, JsonContent.Create(body, bodyType), cancel).ConfigureAwait(false);
        await ThrowIfRefusedAsync(answer, cancel).ConfigureAwait(false);
    }

    /// <summary>Takes something away.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Delete, path, null, cancel).ConfigureAwait(false);
        await ThrowIfRefusedAsync(answer, cancel).ConfigureAwait(false);
    }

    /// <summary>Asks for something to be done that needs no words.</summary>
    public async Task<TAnswer> PostAsync<TAnswer>(string path, JsonTypeInfo<TAnswer> type, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, path, null, cancel).ConfigureAwait(false);
        return await ReadAsync(answer, type, cancel).ConfigureAwait(false);
    }

    /// <summary>Throws what control refused.</summary>
    public static async Task ThrowIfRefusedAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.IsSuccessStatusCode) return;
        if (answer.Content.Headers.ContentType?.MediaType != ApiProblem.MediaType) throw new HttpRequestException($"it answers {(int)answer.StatusCode}, and not as control does");
        throw new ControlRefusedException(await answer.Content.ReadFromJsonAsync(ControlJson.Default.ApiProblem, cancel).ConfigureAwait(false) ?? throw new JsonException("an empty problem"));
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, new Uri("/api/v1/" + path, UriKind.Relative)) { Content = content };
        if (method == HttpMethod.Post) request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return await _http.SendAsync(request, cancel).ConfigureAwait(false);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        await ThrowIfRefusedAsync(answer, cancel).ConfigureAwait(false);
        return await answer.Content.ReadFromJsonAsync(type, cancel).ConfigureAwait(false) ?? throw new JsonException("an empty answer");
    }
}
