using System.Text;
using System.Text.Json;

namespace Exeat.Control.Gateways.Door;

/// <summary>Keeps of a batch what the sender may say: records whose id and gateway are its own. A gateway that was taken over cannot write another's history.</summary>
internal static class OwnRecords
{
    /// <summary>Moves the sender's own lines, and lines that say nothing of whose they are (the store refuses and counts those), to the front; returns how many bytes that are, and counts the others.</summary>
    public static int Keep(Span<byte> lines, string gateway, out long foreign)
    {
        byte[] own = Encoding.UTF8.GetBytes(gateway), prefix = Encoding.UTF8.GetBytes(gateway + "/");
        (int kept, int at) = (0, 0);
        foreign = 0;
        while (at < lines.Length)
        {
            int end = lines[at..].IndexOf((byte)'\n');
            int length = end < 0 ? lines.Length - at : end + 1;
            Span<byte> line = lines.Slice(at, length);
            at += length;
            if (IsForeign(line, own, prefix))
            {
                foreign++;
                continue;
            }
            line.CopyTo(lines[kept..]);
            kept += length;
        }
        return kept;
    }

    // Every occurrence counts, the last as the first: readers differ in which of two they take.
    private static bool IsForeign(ReadOnlySpan<byte> line, ReadOnlySpan<byte> own, ReadOnlySpan<byte> prefix)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool isId = json.ValueTextEquals("id"u8), isGateway = json.ValueTextEquals("gateway"u8);
                json.Read();
                if (isGateway && !(json.TokenType == JsonTokenType.String && json.ValueTextEquals(own))) return true;
                if (isId && !(json.TokenType == JsonTokenType.String && !json.ValueIsEscaped && json.ValueSpan.StartsWith(prefix))) return true;
                json.Skip();
            }
            return false;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // No record; the store counts it as such.
            return false;
        }
    }
}
