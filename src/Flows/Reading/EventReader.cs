using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Exeat.Flows;

/// <summary>Reads journal lines, each in one pass. Unknown fields and fields of another type are passed over; a line that is no event is a value, not an exception.</summary>
internal sealed class EventReader
{
    private readonly WordCache _words = new();
    private readonly PairLists<FlowName> _names = new((name, source) => new FlowName(name, source));
    private readonly PairLists<KeyValuePair<string, string>> _labels = new((key, value) => new(key, value));

    public LineRead TryRead(byte[] line, out FlowEvent? read) => TryRead(line, line, out read);

    /// <summary>Reads a line; the event has <paramref name="raw"/> as its own, which may be nothing when the caller keeps the line.</summary>
    public LineRead TryRead(ReadOnlySpan<byte> line, ReadOnlyMemory<byte> raw, out FlowEvent? read)
    {
        read = null;
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return LineRead.Corrupt;
            var fields = new EventFields { Raw = raw };
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName) Field(ref json, ref fields);
            // What follows the object is an error of the reader's.
            if (json.Read() || fields.Version <= 0) return LineRead.Corrupt;
            if (fields.Version > EventLine.Version) return LineRead.Newer;
            read = fields.Event();
            return read is null ? LineRead.Corrupt : LineRead.Found;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with an unpaired surrogate, which only somebody else can have written.
            return LineRead.Corrupt;
        }
    }

    private void Field(ref Utf8JsonReader json, ref EventFields fields)
    {
        EventField field = json.ValueIsEscaped ? EventField.None : EventFields.Of(json.ValueSpan);
        // A name in another spelling may be one of ours; any name must be a text.
        if (field == EventField.None) field = EventFields.Of(Encoding.UTF8.GetBytes(_words.Of(ref json)));
        json.Read();
        switch (json.TokenType)
        {
            case JsonTokenType.String when field is EventField.Id or EventField.Flow or EventField.Denial or EventField.Note or EventField.Time:
                Unique(ref json, field, ref fields);
                break;
            case JsonTokenType.String:
                fields.Set(field, _words.Of(ref json));
                break;
            case JsonTokenType.Number:
                if (json.TryGetInt64(out long number)) fields.Set(field, number);
                break;
            case JsonTokenType.True or JsonTokenType.False when field == EventField.Enforced:
                fields.Enforced = json.TokenType == JsonTokenType.True;
                break;
            case JsonTokenType.StartArray when field == EventField.Names:
                fields.Names = Names(ref json);
                break;
            case JsonTokenType.StartObject when field == EventField.Labels:
                fields.Labels = Labels(ref json);
                break;
            case JsonTokenType.StartObject when field is EventField.Would or EventField.Monitored:
                (string? verdict, string? rule) = Two(ref json, "verdict", "rule");
                if (field == EventField.Would) fields.Would = new FlowOutcome(verdict ?? "", rule ?? "");
                else fields.Monitored = new FlowOutcome(verdict ?? "", rule ?? "");
                break;
            default:
                json.Skip();
                break;
        }
    }

    // Texts that no other line repeats.
    private static void Unique(ref Utf8JsonReader json, EventField field, ref EventFields fields)
    {
        switch (field)
        {
            case EventField.Id:
                fields.Id = json.GetString();
                break;
            case EventField.Flow:
                fields.Flow = json.GetString();
                break;
            case EventField.Denial:
                fields.Denial = json.GetString();
                break;
            case EventField.Note:
                fields.Note = json.GetString();
                break;
            default:
                fields.Time = Time(ref json);
                break;
        }
    }

    // The form that journals have is read without making a text of it.
    private static DateTimeOffset? Time(ref Utf8JsonReader json)
    {
        if (json.ValueSpan is [.., (byte)'Z'] && json.TryGetDateTimeOffset(out DateTimeOffset quick)) return quick;
        return DateTimeOffset.TryParse(json.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? time : null;
    }

    private IReadOnlyList<FlowName> Names(ref Utf8JsonReader json)
    {
        _names.Begin();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartObject) json.Skip();
            else if (Two(ref json, "name", "source") is ({ } name, var source)) _names.Add(name, source ?? "");
        }
        return _names.End();
    }

    private IReadOnlyList<KeyValuePair<string, string>> Labels(ref Utf8JsonReader json)
    {
        _labels.Begin();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = _words.Of(ref json);
            json.Read();
            if (json.TokenType == JsonTokenType.String) _labels.Add(key, _words.Of(ref json));
            else json.Skip();
        }
        return _labels.End();
    }

    // Two texts of a small object; the reader stands at its beginning, and is left at its end.
    private (string? First, string? Second) Two(ref Utf8JsonReader json, string first, string second)
    {
        (string? a, string? b) = (null, null);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string field = _words.Of(ref json);
            json.Read();
            if (json.TokenType != JsonTokenType.String) json.Skip();
            else if (field == first) a = _words.Of(ref json);
            else if (field == second) b = _words.Of(ref json);
        }
        return (a, b);
    }
}
