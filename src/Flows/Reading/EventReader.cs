using System.Globalization;
using System.Text.Json;

namespace Exeat.Flows;

/// <summary>Reads one journal line. Unknown fields and fields of another type are passed over; a line that is no event is a value, not an exception.</summary>
internal static class EventReader
{
    public static LineRead TryRead(byte[] line, out FlowEvent? read)
    {
        read = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Number(root, "v") is not (> 0 and var version)) return LineRead.Corrupt;
            if (version > EventLine.Version) return LineRead.Newer;
            if (Text(root, "id") is not { } id || Text(root, "event") is not { } kind || Time(root) is not { } time) return LineRead.Corrupt;
            read = Event(root, line, id, kind, time);
            return LineRead.Found;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with an unpaired surrogate, which only somebody else can have written.
            return LineRead.Corrupt;
        }
    }

    private static FlowEvent Event(JsonElement root, byte[] line, string id, string kind, DateTimeOffset time) => new()
    {
        Raw = line,
        Id = id,
        Event = kind,
        Time = time,
        Flow = Text(root, "flow"),
        Gateway = Text(root, "gateway"),
        Agent = Text(root, "agent"),
        Class = Text(root, "class"),
        Labels = Labels(root),
        Source = Text(root, "src"),
        SourcePort = (int)Number(root, "srcPort"),
        Destination = Text(root, "dst"),
        Protocol = Text(root, "protocol") ?? (Number(root, "protocol") is > 0 and var number ? number.ToString(CultureInfo.InvariantCulture) : null),
        Port = (int)Number(root, "port"),
        Names = Names(root),
        NamesOmitted = (int)Number(root, "namesOmitted"),
        Proof = Text(root, "proof"),
        Stage = Text(root, "stage"),
        Rule = Text(root, "rule"),
        Reason = Text(root, "reason"),
        Verdict = Text(root, "verdict"),
        Mode = Text(root, "mode"),
        Enforced = Truth(root, "enforced"),
        Would = Outcome(root, "would"),
        Monitored = Outcome(root, "monitored"),
        Denial = Text(root, "denial"),
        Policy = Text(root, "policy"),
        AgentsHash = Text(root, "agentsHash"),
        Generation = Number(root, "generation"),
        BytesOut = Number(root, "bytesOut"),
        BytesIn = Number(root, "bytesIn"),
        PacketsOut = Number(root, "packetsOut"),
        PacketsIn = Number(root, "packetsIn"),
        DurationMs = Number(root, "durationMs"),
        End = Text(root, "end"),
        Count = Math.Max(1, Number(root, "count")),
        Note = Text(root, "note"),
    };

    private static JsonElement? Member(JsonElement from, string name, JsonValueKind kind) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind ? value : null;

    private static string? Text(JsonElement from, string name) => Member(from, name, JsonValueKind.String)?.GetString();

    private static long Number(JsonElement from, string name) =>
        Member(from, name, JsonValueKind.Number) is { } value && value.TryGetInt64(out long number) ? number : 0;

    private static bool? Truth(JsonElement from, string name) =>
        Member(from, name, JsonValueKind.True) is not null ? true : Member(from, name, JsonValueKind.False) is not null ? false : null;

    private static DateTimeOffset? Time(JsonElement root) =>
        DateTimeOffset.TryParse(Text(root, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? time : null;

    private static FlowOutcome? Outcome(JsonElement root, string name) =>
        Member(root, name, JsonValueKind.Object) is { } outcome ? new FlowOutcome(Text(outcome, "verdict") ?? "", Text(outcome, "rule") ?? "") : null;

    private static List<FlowName> Names(JsonElement root)
    {
        List<FlowName> names = [];
        if (Member(root, "names", JsonValueKind.Array) is not { } array) return names;
        foreach (JsonElement entry in array.EnumerateArray())
            if (Text(entry, "name") is { } name) names.Add(new FlowName(name, Text(entry, "source") ?? ""));
        return names;
    }

    private static List<KeyValuePair<string, string>> Labels(JsonElement root)
    {
        List<KeyValuePair<string, string>> labels = [];
        if (Member(root, "labels", JsonValueKind.Object) is not { } map) return labels;
        foreach (JsonProperty label in map.EnumerateObject())
            if (label.Value.ValueKind == JsonValueKind.String) labels.Add(new(label.Name, label.Value.GetString() ?? ""));
        return labels;
    }
}
