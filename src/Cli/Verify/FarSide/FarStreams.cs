using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Exeat.Cli.Verify;

/// <summary>One connection at the far side: its first bytes are searched for tokens; a request for a run's arrivals is answered, plain or inside TLS.</summary>
internal sealed class FarStreams(ArrivalBook book, FarListeners listeners, X509Certificate2 certificate, TimeProvider time)
{
    public const string ArrivalsPath = "/exeat-verify/v1/arrivals/";

    private const int MostBytes = 4096, MostConnections = 256;
    private const byte TlsHandshake = 22;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private int _open;

    public async Task AcceptAsync(Socket listener, int port, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Socket client = await listener.AcceptAsync(stop);
            // Full: the newcomer is closed at once, unread.
            if (Interlocked.Increment(ref _open) <= MostConnections)
            {
                _ = ServeAsync(client, port, stop);
                continue;
            }
            client.Dispose();
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task ServeAsync(Socket client, int port, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            using (client)
            {
                string from = client.RemoteEndPoint?.ToString() ?? "";
                byte[] bytes = new byte[MostBytes];
                // Looked at and left where it is: TLS reads it again.
                int got = await client.ReceiveAsync(bytes, SocketFlags.Peek, limit.Token);
                string? token = book.Note(bytes.AsSpan(0, got), "tcp", port, from);
                await using var plain = new NetworkStream(client);
                if (got > 0 && bytes[0] == TlsHandshake) await SecureAsync(plain, port, from, limit.Token);
                else if (got > 0) await AnswerAsync(plain, port, from, token, limit.Token);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or AuthenticationException)
        {
            // The client left, or is no client of TLS: what it sent was noted.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task SecureAsync(NetworkStream plain, int port, string from, CancellationToken limit)
    {
        await using var secured = new SslStream(plain);
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, limit);
        await AnswerAsync(secured, port, from, null, limit);
    }

    private async Task AnswerAsync(Stream stream, int port, string from, string? token, CancellationToken limit)
    {
        byte[] bytes = new byte[MostBytes];
        int got = await stream.ReadAsync(bytes, limit);
        token ??= book.Note(bytes.AsSpan(0, got), "tcp", port, from);
        string request = Encoding.Latin1.GetString(bytes, 0, got);
        string start = "GET " + ArrivalsPath;
        string run = request.StartsWith(start, StringComparison.Ordinal) ? request[start.Length..].Split(' ', 2)[0] : "";
        string body = Tokens.IsRun(run) ? JsonSerializer.Serialize(Answer(run), FarJson.Default.FarAnswer) : "exeat-verify " + token;
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request.Contains(" HTTP/1.", StringComparison.Ordinal)
            ? $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"
            : body + "\r\n"), limit);
    }

    private FarAnswer Answer(string run) => new() { Run = run, Since = book.Since, Counts = listeners.Counts, Arrivals = book.Of(run) };
}
