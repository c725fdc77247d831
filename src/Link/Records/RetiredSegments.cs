using System.Globalization;
using System.Text.Json;
using Exeat.Flows;

namespace Exeat.Link.Records;

/// <summary>Finds in journal lines what the journal says about segments that it deleted for want of room: which one, and how many lines it had.</summary>
internal static class RetiredSegments
{
    private static ReadOnlySpan<byte> Marker => "\"reason\":\"journal-retired\""u8;

    /// <summary>How many lines of the gaps these lines account for.</summary>
    public static long Lost(ReadOnlySpan<byte> lines, IReadOnlyList<JournalGap> gaps)
    {
        long lost = 0;
        if (gaps.Count == 0) return 0;
        while (lines.IndexOf(Marker) is >= 0 and int at)
        {
            int start = lines[..at].LastIndexOf((byte)'\n') + 1, end = lines[at..].IndexOf((byte)'\n');
            end = end < 0 ? lines.Length : at + end;
            if (Read(lines[start..end]) is var (epoch, number, count))
                foreach (JournalGap gap in gaps) lost += gap.LinesOf(epoch, number, count);
            lines = lines[end..];
        }
        return lost;
    }

    private static (long Epoch, long Number, long Lines)? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            (string? note, long count, bool retired) = (null, 0, false);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool isNote = json.ValueTextEquals("note"u8), isCount = json.ValueTextEquals("count"u8), isReason = json.ValueTextEquals("reason"u8);
                json.Read();
                if (isNote) note = json.GetString();
                else if (isCount) json.TryGetInt64(out count);
                else if (isReason) retired = json.ValueTextEquals("journal-retired"u8);
                else json.Skip();
            }
            // "flows-EPOCH-NUMBER.ndjson deleted"
            string[] parts = note?.Split('-', '.') ?? [];
            return retired && parts is ["flows", var epoch, var number, ..]
                && long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out long e) && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? (e, n, count) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A line that is no record: control refuses and counts it.
            return null;
        }
    }
}
