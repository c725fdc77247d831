using System.Globalization;
using System.Text;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>A server's reading of plain HTTP requests, written apart from ours and laxer: any line end, any spaces, every place that may name a host.</summary>
internal static class LaxRequests
{
    private const string NoHost = "";

    /// <summary>Every host that the whole heads name, in order ("" for a head that names none, or frames its body twice), and whether the stream ends inside a head.</summary>
    public static (List<string> Hosts, bool EndsInHead) Read(byte[] stream)
    {
        string text = Encoding.Latin1.GetString(stream);
        var hosts = new List<string>();
        int at = 0;
        while (at < text.Length)
        {
            // Before a request line any number of line ends is passed over.
            if (text[at] is '\r' or '\n')
            {
                at++;
                continue;
            }
            int end = text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal);
            if (end < 0) return (hosts, true);
            string[] lines = text[at..end].Split('\n');
            int before = hosts.Count;
            if (lines[0].Split(' ') is [_, string target, ..] && target.IndexOf("//", StringComparison.Ordinal) is >= 0 and int slashes) hosts.Add(Host(target[(slashes + 2)..]));
            hosts.AddRange(Values(lines, "host").Select(Host));
            string[] lengths = [.. Values(lines, "content-length")];
            bool chunked = Values(lines, "transfer-encoding").Any();
            if (hosts.Count == before || chunked && lengths.Length > 0 || lengths.Length > 1) hosts.Add(NoHost);
            at = end + 4;
            if (chunked) at = AfterChunks(text, at);
            else if (lengths is [string length, ..] && int.TryParse(length, CultureInfo.InvariantCulture, out int count)) at += count;
        }
        return (hosts, false);
    }

    private static IEnumerable<string> Values(string[] lines, string name) =>
        lines.Skip(1).Where(line => line.Split(':')[0].Trim().Equals(name, StringComparison.OrdinalIgnoreCase)).Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());

    private static string Host(string authority) => authority.Split('/', ':')[0].Trim().ToLowerInvariant();

    private static int AfterChunks(string text, int at)
    {
        while (true)
        {
            int end = text.IndexOf('\n', at);
            if (end < 0 || !int.TryParse(text[at..end].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int count)) return text.Length;
            at = end + 1 + count + 2;
            if (at >= text.Length || count == 0) return Math.Min(at, text.Length);
        }
    }
}
