using System.Net.Sockets;
using System.Text.Json;

namespace Exeat.Lab.World;

/// <summary>Reads the world's counters from the lab's side.</summary>
public sealed class WorldClient(string socketPath)
{
    /// <summary>Lets packets still under way arrive (until nothing came from a source for the quiet time), then reads all counters.</summary>
    public async Task<WorldSnapshot> DrainAsync(string source, TimeSpan quiet, TimeSpan limit)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath));
        await using var stream = new NetworkStream(socket);
        var question = new WorldQuestion(1, source, (int)quiet.TotalMilliseconds, (int)limit.TotalMilliseconds);
        await JsonSerializer.SerializeAsync(stream, question, WorldJson.Default.WorldQuestion);
        await stream.WriteAsync("\n"u8.ToArray());
        using var reader = new StreamReader(stream);
        string line = await reader.ReadLineAsync() ?? throw new IOException("the world closed its socket");
        return JsonSerializer.Deserialize(line, WorldJson.Default.WorldSnapshot) ?? throw new IOException("the world said nothing");
    }

    /// <summary>Reads all counters as they are.</summary>
    public Task<WorldSnapshot> ReadAsync() => DrainAsync("", TimeSpan.Zero, TimeSpan.Zero);
}
