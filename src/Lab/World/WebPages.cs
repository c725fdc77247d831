using System.Globalization;
using System.Text;

namespace Exeat.Lab.World;

/// <summary>What the world's web servers say: a short page, downloads and streams of any length, uploads, and a Git repository as plain files.</summary>
/// <remarks>
/// <c>/bytes/N</c> answers N bytes at once; <c>/stream/N</c> answers N lines, ten a second; <c>/git/…</c> the files of a bare repository
/// (Git's "dumb" HTTP transport); <c>/redirect/PLACE</c> sends to that place over HTTPS; anything else a page that repeats the Host.
/// </remarks>
internal sealed class WebPages(string gitRoot, ArrivalCounters counters, TimeProvider time)
{
    private const string GitPath = "/git/", RedirectPath = "/redirect/";

    /// <summary>Serves requests on a connection until either side ends it.</summary>
    public async Task ServeAsync(Stream stream, ArrivalKey key, string serverName, CancellationToken stop)
    {
        while (await RequestHead.ReadAsync(stream, stop) is { } head)
        {
            if (head.Canary.Length > 0)
            {
                counters.Canary(new CanaryCount(head.Canary, key.Source, key.Destination, key.Port, serverName, head.Host));
            }
            await SkipAsync(stream, head, stop);
            await AnswerAsync(stream, head, stop);
            if (!head.KeepAlive) return;
        }
    }

    private async Task AnswerAsync(Stream stream, RequestHead head, CancellationToken stop)
    {
        if (Number(head.Path, "/bytes/") is { } length)
        {
            await HeadAsync(stream, 200, length, stop);
            byte[] block = new byte[64 * 1024];
            for (long left = length; left > 0; left -= block.Length) await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)), stop);
            return;
        }
        if (Number(head.Path, "/stream/") is { } lines)
        {
            await HeadAsync(stream, 200, lines * 2, stop);
            for (long line = 0; line < lines; line++)
            {
                await stream.WriteAsync(".\n"u8.ToArray(), stop);
                await stream.FlushAsync(stop);
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, stop);
            }
            return;
        }
        if (head.Path.StartsWith(RedirectPath, StringComparison.Ordinal))
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: https://{head.Path[RedirectPath.Length..]}\r\nContent-Length: 0\r\n\r\n"), stop);
            return;
        }
        byte[]? body = head.Path.StartsWith(GitPath, StringComparison.Ordinal)
            ? GitFile(head.Path)
            : Encoding.UTF8.GetBytes($"{{\"host\":\"{head.Host}\"}}\n");
        await HeadAsync(stream, body is null ? 404 : 200, body?.Length ?? 0, stop);
        if (body is not null && head.Method != "HEAD") await stream.WriteAsync(body, stop);
    }

    private byte[]? GitFile(string path)
    {
        string relative = path[GitPath.Length..].Split('?')[0];
        string file = Path.GetFullPath(Path.Combine(gitRoot, relative));
        return file.StartsWith(gitRoot + "/", StringComparison.Ordinal) && File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    private static long? Number(string path, string prefix) =>
        path.StartsWith(prefix, StringComparison.Ordinal) && long.TryParse(path[prefix.Length..], CultureInfo.InvariantCulture, out long n) && n >= 0 ? n : null;

    private static async Task HeadAsync(Stream stream, int status, long length, CancellationToken stop) => await stream.WriteAsync(
        Encoding.ASCII.GetBytes($"HTTP/1.1 {status} {(status == 200 ? "OK" : "Not Found")}\r\nContent-Length: {length}\r\nContent-Type: text/plain\r\n\r\n"), stop);

    private static async Task SkipAsync(Stream stream, RequestHead head, CancellationToken stop)
    {
        if (head.Chunked)
        {
            while (await LineAsync(stream, stop) is { Length: > 0 } size)
            {
                long chunk = long.Parse(size.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                await DiscardAsync(stream, chunk + 2, stop);
                if (chunk == 0) return;
            }
        }
        await DiscardAsync(stream, head.Length, stop);
    }

    private static async Task DiscardAsync(Stream stream, long count, CancellationToken stop)
    {
        byte[] block = new byte[64 * 1024];
        while (count > 0)
        {
            int got = await stream.ReadAsync(block.AsMemory(0, (int)Math.Min(count, block.Length)), stop);
            if (got == 0) throw new EndOfStreamException();
            count -= got;
        }
    }

    private static async Task<string> LineAsync(Stream stream, CancellationToken stop)
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, stop) == 1 && one[0] != '\n' && line.Length < 64) line.Append((char)one[0]);
        return line.ToString().Trim();
    }
}
