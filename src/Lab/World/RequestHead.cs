using System.Globalization;
using System.Text;

namespace Exeat.Lab.World;

/// <summary>The head of one HTTP/1.1 request, as far as the world's servers read it.</summary>
internal sealed record RequestHead(string Method, string Path, string Host, long Length, bool Chunked, bool KeepAlive, string Canary)
{
    private const int MaxBytes = 32 * 1024;

    /// <summary>Reads a head byte by byte up to its empty line; null at the end of the stream or when the bytes are no HTTP.</summary>
    public static async Task<RequestHead?> ReadAsync(Stream stream, CancellationToken stop)
    {
        var bytes = new List<byte>(512);
        byte[] one = new byte[1];
        while (bytes.Count < MaxBytes)
        {
            if (await stream.ReadAsync(one, stop) == 0) return null;
            bytes.Add(one[0]);
            if (one[0] == '\n' && bytes is [.., (byte)'\n', (byte)'\r', (byte)'\n'] or [.., (byte)'\n', (byte)'\n']) break;
        }
        return Parse(Encoding.Latin1.GetString([.. bytes]));
    }

    private static RequestHead? Parse(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.TrimEntries);
        string[] start = lines[0].Split(' ');
        if (start.Length != 3 || !start[2].StartsWith("HTTP/1.", StringComparison.Ordinal)) return null;
        string Field(string name) => lines.Skip(1).FirstOrDefault(
            l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim() ?? "";
        bool keep = start[2] == "HTTP/1.1" && !Field("Connection").Contains("close", StringComparison.OrdinalIgnoreCase);
        string canary = Field("X-Canary");
        if (canary.Length == 0 && start[1].StartsWith("/canary/", StringComparison.Ordinal)) canary = start[1]["/canary/".Length..];
        return new RequestHead(
            start[0], start[1], Field("Host"), long.TryParse(Field("Content-Length"), CultureInfo.InvariantCulture, out long length) ? length : 0,
            Field("Transfer-Encoding").Contains("chunked", StringComparison.OrdinalIgnoreCase), keep, canary);
    }
}
