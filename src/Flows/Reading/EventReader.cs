using System.Globalization;
using System.Text.Json;

namespace Exeat.Flows;

/// <summary>Reads journal lines, each in one pass. Unknown fields and fields of another type are passed over; a line that is no event is a value, not an exception.</summary>
internal sealed class EventReader
{
    private readonly WordCache _words = new();

    public LineRead TryRead(byte[] line, out FlowEvent? read)
    {
        read = null;
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return LineRead.Corrupt;
            var fields = new EventFields { Raw = line };
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
        string field = (json.ValueIsEscaped ? null : EventFields.NameOf(json.ValueSpan)) ?? _words.Of(ref json);
        json.Read();
        switch (json.TokenType)
        {
            case JsonTokenType.String when field is "id" or "flow" or "denial" or "note" or "time":
                Unique(ref json, field, ref fields);
                break;
            case JsonTokenType.String:
                fields.Set(field, _words.Of(ref json));
                break;
            case JsonTokenType.Number:
                if (json.TryGetInt64(out long number)) fields.Set(field, number);
                break;
            case JsonTokenType.True or JsonTokenType.False when field == "enforced":
                fields.Enforced = json.TokenType == JsonTokenType.True;
                break;
            case JsonTokenType.StartArray when field == "names":
                fields.Names = Names(ref json);
                break;
            case JsonTokenType.StartObject when field == "labels":
                fields.Labels = Labels(ref json);
                break;
            case JsonTokenType.StartObject when field is "would" or "monitored":
                (string? verdict, string? rule) = Two(ref json, "verdict", "rule");
                if (field == "would") fields.Would = new FlowOutcome(verdict ?? "", rule ?? "");
                else fields.Monitored = new FlowOutcome(verdict ?? "", rule ?? "");
                break;
            default:
                json.Skip();
                break;
        }
    }

    // Texts that no other line repeats.
    private static void Unique(ref Utf8JsonReader json, string field, ref EventFields fields)
    {
        switch (field)
        {
            case "id":
                fields.Id = json.GetString();
                break;
            case "flow":
                fields.Flow = json.GetString();
                break;
            case "denial":
                fields.Denial = json.GetString();
                break;
            case "note":
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

    private List<FlowName> Names(ref Utf8JsonReader json)
    {
        List<FlowName> names = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartObject) json.Skip();
            else if (Two(ref json, "name", "source") is ({ } name, var source)) names.Add(new FlowName(name, source ?? ""));
        }
        return names;
    }

    private List<KeyValuePair<string, string>> Labels(ref Utf8JsonReader json)
    {
        List<KeyValuePair<string, string>> labels = [];
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = _words.Of(ref json);
            json.Read();
            if (json.TokenType == JsonTokenType.String) labels.Add(new(key, _words.Of(ref json)));
            else json.Skip();
        }
        return labels;
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
