using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Exeat.Lab;
using Exeat.Names;

namespace Exeat.Cli.Verify;

/// <summary>Asks the far side what arrived, over a way that the policy permits. There may be none: then a person compares.</summary>
internal sealed class FarCounts(VerifyGround ground, DomainName? name)
{
    private const int MostAnswerBytes = 1 << 20;
    private static readonly TimeSpan Patience = LabPatience.Seconds(5);

    /// <summary>The ways that the policy permits, the likeliest first.</summary>
    public ImmutableArray<Probe> Ways(IReadOnlyList<int> more)
    {
        Foresight foresight = ground.Foresight;
        IEnumerable<Probe> byName = name is null ? [] : ground.Far.Select(to => new Probe { Kind = ProbeKind.Tls, To = to, Port = 443, Name = name }).Where(p => foresight.Of(p, name).Permits);
        IEnumerable<Probe> byAddress =
            from port in more.Concat(FarListeners.StreamPorts).Distinct()
            from to in ground.Far
            let probe = new Probe { Kind = ProbeKind.Tcp, To = to, Port = (ushort)port }
            where foresight.Of(probe).Permits
            select probe;
        return [.. byName, .. byAddress];
    }

    /// <summary>The answer; null when no way leads there.</summary>
    public async Task<FarAnswer?> AskAsync(IReadOnlyList<int> more, CancellationToken stop)
    {
        foreach (Probe way in Ways(more))
        {
            try
            {
                return await AskAsync(way, stop);
            }
            catch (Exception e) when (e is SocketException or IOException or AuthenticationException or JsonException or TimeoutException or OperationCanceledException && !stop.IsCancellationRequested)
            {
                // Not by this way; the next one is tried, and without any a person is told to compare.
            }
        }
        return null;
    }

    // The far side's certificate names nobody; what it says is judged by the run's own tokens.
    [SuppressMessage("Security", "CA5359", Justification = "The far side certifies itself; its answer carries no secret and opens nothing.")]
    private async Task<FarAnswer?> AskAsync(Probe way, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Patience, TimeProvider.System);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        using var socket = new Socket(Prober.FamilyOf(way.To), SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(way.To.ToIPAddress(), way.Port), limit.Token);
        await using var plain = new NetworkStream(socket);
        if (way.Kind != ProbeKind.Tls) return await ReadAsync(plain, limit.Token);
        await using var secured = new SslStream(plain, leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = way.Name!.Text }, limit.Token);
        return await ReadAsync(secured, limit.Token);
    }

    private async Task<FarAnswer?> ReadAsync(Stream stream, CancellationToken limit)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {FarStreams.ArrivalsPath}{ground.Tokens.Run} HTTP/1.1\r\nHost: far\r\nConnection: close\r\n\r\n"), limit);
        using var answer = new MemoryStream();
        byte[] bytes = new byte[16 * 1024];
        for (int got; (got = await stream.ReadAsync(bytes, limit)) > 0 && answer.Length < MostAnswerBytes;) answer.Write(bytes, 0, got);
        string text = Encoding.UTF8.GetString(answer.ToArray());
        int body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        FarAnswer? read = body < 0 ? null : JsonSerializer.Deserialize(text[(body + 4)..], FarJson.Default.FarAnswer);
        return read is { V: 1 } && read.Run == ground.Tokens.Run ? read : throw new IOException("the far side answered something else");
    }
}
