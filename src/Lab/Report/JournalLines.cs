using System.Text.Json;

namespace Exeat.Lab.Report;

/// <summary>Reads the gateway's journal as anybody outside could: newline-delimited JSON with the documented field names.</summary>
/// <remarks>Read on its own rather than with the product's reader, so that the format itself is tried. A torn last line is not yet a line.</remarks>
public static class JournalLines
{
    /// <summary>All decisions in the folder that are not older than a moment, in the order written.</summary>
    public static IReadOnlyList<SeenRecord> Read(string folder, DateTimeOffset from)
    {
        List<SeenRecord> records = [];
        foreach (string file in Directory.EnumerateFiles(folder).Where(f => f.Contains("json", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                if (TryRead(line) is { } record && record.Time >= from) records.Add(record);
            }
        }
        return records;
    }

    private static SeenRecord? TryRead(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement e = document.RootElement;
            if (!e.TryGetProperty("time", out JsonElement time)) return null;
            return new SeenRecord
            {
                Time = time.GetDateTimeOffset(),
                Event = Text(e, "event"),
                Agent = Text(e, "agent"),
                Source = Text(e, "src"),
                Destination = Text(e, "dst"),
                Protocol = Text(e, "protocol"),
                Port = e.TryGetProperty("port", out JsonElement port) && port.TryGetInt32(out int number) ? number : 0,
                Names = e.TryGetProperty("names", out JsonElement names) ? [.. names.EnumerateArray().Select(n => Text(n, "name"))] : [],
                Proof = Text(e, "proof"),
                Caveat = Text(e, "caveat"),
                Stage = Text(e, "stage"),
                Rule = Text(e, "rule"),
                Reason = Text(e, "reason"),
                Verdict = Text(e, "verdict"),
                Mode = Text(e, "mode"),
                End = Text(e, "end"),
                Enforced = e.TryGetProperty("enforced", out JsonElement enforced) && enforced.ValueKind == JsonValueKind.True,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonElement e, string name) =>
        !e.TryGetProperty(name, out JsonElement value) ? "" : value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ToString();
}
