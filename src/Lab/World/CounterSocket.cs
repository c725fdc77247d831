using System.Net.Sockets;
using System.Text.Json;

namespace Exeat.Lab.World;

/// <summary>Answers <see cref="WorldQuestion"/> lines with <see cref="WorldSnapshot"/> lines on a Unix socket, which no agent can reach.</summary>
internal sealed class CounterSocket(string path, ArrivalCounters counters, LinkTap tap, TimeProvider time)
{
    private const int MaxLineBytes = 4096;

    public async Task RunAsync(CancellationToken stop)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(64);
        while (!stop.IsCancellationRequested) _ = AnswerAsync(await listener.AcceptAsync(stop), stop);
    }

    private async Task AnswerAsync(Socket client, CancellationToken stop)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            using var reader = new StreamReader(stream, bufferSize: MaxLineBytes);
            while (await reader.ReadLineAsync(stop) is { } line)
            {
                if (JsonSerializer.Deserialize(line, WorldJson.Default.WorldQuestion) is not { V: 1 } question) return;
                await DrainAsync(question, stop);
                await JsonSerializer.SerializeAsync(stream, counters.Snapshot(), WorldJson.Default.WorldSnapshot, stop);
                await stream.WriteAsync("\n"u8.ToArray(), stop);
            }
        }
        catch (Exception e) when (e is IOException or JsonException or OperationCanceledException)
        {
            // The asker left.
        }
    }

    private async Task DrainAsync(WorldQuestion question, CancellationToken stop)
    {
        long start = time.GetTimestamp();
        int idles = tap.Idles;
        TimeSpan limit = TimeSpan.FromMilliseconds(question.LimitMilliseconds), quiet = TimeSpan.FromMilliseconds(question.QuietMilliseconds);
        while (time.GetElapsedTime(start) < limit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, stop);
            if (time.GetElapsedTime(start) >= quiet && tap.Idles > idles && counters.IsQuiet(question.Source, quiet)) return;
        }
    }
}
