using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Exeat.Api;

/// <summary>Speaks to a gateway on this machine by its Unix socket. Whoever may open the socket may ask; there is no other right.</summary>
public sealed class GatewayClient : IDisposable
{
    /// <summary>Where an installed gateway listens.</summary>
    public const string DefaultSocket = "/run/exeat/gateway.sock";

    // A status has a few kilobytes; quarantined agents and problems are the only lists.
    private const int MaxAnswerBytes = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;

    /// <summary>Nothing is opened before the first question.</summary>
    public GatewayClient(string socketPath)
    {
        var connections = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancel).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        _http = new HttpClient(connections) { BaseAddress = new Uri("http://gateway/"), Timeout = Patience, MaxResponseContentBufferSize = MaxAnswerBytes };
    }

    /// <summary>How the gateway is. Throws <see cref="GatewayUnreachableException"/> when none answers.</summary>
    public async Task<GatewayStatus> StatusAsync(CancellationToken cancel)
    {
        GatewayStatus status = await GetAsync("v1/status", ApiJson.Default.GatewayStatus, cancel).ConfigureAwait(false);
        return status.V <= GatewayStatus.CurrentVersion ? status : throw new GatewayUnreachableException($"the gateway answers in form {status.V}, this program reads up to {GatewayStatus.CurrentVersion}: use the one of the same release");
    }

    /// <summary>Whether the gateway does its work.</summary>
    public Task<GatewayHealth> HealthAsync(CancellationToken cancel) => GetAsync("v1/health", ApiJson.Default.GatewayHealth, cancel);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative), cancel).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode) throw new GatewayUnreachableException($"it answers {(int)answer.StatusCode} to {path}");
            return await answer.Content.ReadFromJsonAsync(type, cancel).ConfigureAwait(false) ?? throw new GatewayUnreachableException($"it answers nothing to {path}");
        }
        catch (HttpRequestException refused)
        {
            throw new GatewayUnreachableException((refused.InnerException ?? refused).Message, refused);
        }
        catch (JsonException broken)
        {
            throw new GatewayUnreachableException($"its answer to {path} cannot be read: {broken.Message}", broken);
        }
        catch (OperationCanceledException slow) when (!cancel.IsCancellationRequested)
        {
            throw new GatewayUnreachableException($"it gave no answer within {Patience.TotalSeconds:0} s", slow);
        }
    }
}
