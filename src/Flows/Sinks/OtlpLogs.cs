using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Exeat.Flows;

/// <summary>Events as OpenTelemetry log records: the body of one OTLP/HTTP request in JSON (opentelemetry-proto, logs/v1; 64-bit numbers are text there).</summary>
public static class OtlpLogs
{
    /// <summary>The request for these events, one resource for each gateway. Pure ASCII.</summary>
    public static byte[] Request(IEnumerable<FlowEvent> events, SinkOrigin origin, DateTimeOffset observed)
    {
        var bytes = new ArrayBufferWriter<byte>(16384);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray("resourceLogs");
            foreach (IGrouping<string, FlowEvent> gateway in events.GroupBy(read => read.Gateway ?? "")) Resource(json, gateway.Key, gateway, origin, observed);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static void Resource(Utf8JsonWriter json, string gateway, IEnumerable<FlowEvent> events, SinkOrigin origin, DateTimeOffset observed)
    {
        json.WriteStartObject();
        json.WriteStartObject("resource");
        json.WriteStartArray("attributes");
        Attribute(json, "service.name", origin.Product.ToLowerInvariant() + "-gateway");
        Attribute(json, "service.version", origin.Version);
        Attribute(json, "service.instance.id", gateway);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("scopeLogs");
        json.WriteStartObject();
        json.WriteStartObject("scope");
        json.WriteString("name", "flow-record");
        json.WriteString("version", EventLine.Version.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteStartArray("logRecords");
        foreach (FlowEvent read in events) Record(json, read, observed);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Record(Utf8JsonWriter json, FlowEvent read, DateTimeOffset observed)
    {
        json.WriteStartObject();
        json.WriteString("timeUnixNano", Nano(read.Time));
        json.WriteString("observedTimeUnixNano", Nano(observed));
        // WARN for a refusal, INFO2 for a would-be one and for what the journal says of itself, else INFO.
        (int number, string text) = read.Flow is null || read.WouldDeny ? (10, "INFO2") : read.Verdict == "deny" ? (13, "WARN") : (9, "INFO");
        json.WriteNumber("severityNumber", number);
        json.WriteString("severityText", text);
        json.WriteString("eventName", "flow." + OcsfWords.Text(read.Event));
        json.WriteStartObject("body");
        json.WriteString("stringValue", EventText.Of(read));
        json.WriteEndObject();
        json.WriteStartArray("attributes");
        Attributes(json, read);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Attributes(Utf8JsonWriter json, FlowEvent read)
    {
        // Names of the semantic conventions where there are some; the rest are the record's own under flow.
        Attribute(json, "source.address", read.Source);
        Attribute(json, "source.port", read.SourcePort, read.SourcePort > 0);
        Attribute(json, "destination.address", read.Destination);
        Attribute(json, "destination.port", read.Port, read.Port > 0);
        Attribute(json, "network.transport", read.Protocol);
        Attribute(json, "flow.event_id", read.Id);
        Attribute(json, "flow.id", read.Flow);
        Attribute(json, "flow.agent", read.Agent);
        Attribute(json, "flow.class", read.Class);
        Attribute(json, "flow.proof", read.Proof);
        Attribute(json, "flow.caveat", read.Caveat);
        Attribute(json, "flow.stage", read.Stage);
        Attribute(json, "flow.rule", read.Rule);
        Attribute(json, "flow.reason", read.Reason);
        Attribute(json, "flow.verdict", read.Verdict);
        Attribute(json, "flow.mode", read.Mode);
        if (read.Enforced is { } enforced)
        {
            Key(json, "flow.enforced");
            json.WriteBoolean("boolValue", enforced);
            Close(json);
        }
        Attribute(json, "flow.would.verdict", read.Would?.Verdict);
        Attribute(json, "flow.would.rule", read.Would?.Rule);
        Attribute(json, "flow.monitored.verdict", read.Monitored?.Verdict);
        Attribute(json, "flow.monitored.rule", read.Monitored?.Rule);
        Attribute(json, "flow.denial", read.Denial);
        Attribute(json, "flow.policy", read.Policy);
        Attribute(json, "flow.agents_hash", read.AgentsHash);
        Attribute(json, "flow.generation", read.Generation, read.Generation > 0);
        bool counted = read.Event is "update" or "end";
        Attribute(json, "flow.bytes_out", read.BytesOut, counted);
        Attribute(json, "flow.bytes_in", read.BytesIn, counted);
        Attribute(json, "flow.packets_out", read.PacketsOut, counted);
        Attribute(json, "flow.packets_in", read.PacketsIn, counted);
        Attribute(json, "flow.duration_ms", read.DurationMs, counted);
        Attribute(json, "flow.end", read.End);
        Attribute(json, "flow.count", read.Count, read.Count > 1);
        Attribute(json, "flow.note", read.Note);
        Attribute(json, "flow.names_omitted", read.NamesOmitted, read.NamesOmitted > 0);
        Texts(json, "flow.names", read.Names.Select(name => $"{name.Source}:{name.Name}"));
        Texts(json, "flow.labels", read.Labels.Select(label => $"{label.Key}={label.Value}"));
    }

    private static void Attribute(Utf8JsonWriter json, string key, string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        Key(json, key);
        json.WriteString("stringValue", OcsfWords.Text(value));
        Close(json);
    }

    private static void Attribute(Utf8JsonWriter json, string key, long value, bool given)
    {
        if (!given) return;
        Key(json, key);
        json.WriteString("intValue", value.ToString(CultureInfo.InvariantCulture));
        Close(json);
    }

    private static void Texts(Utf8JsonWriter json, string key, IEnumerable<string> values)
    {
        if (!values.Any()) return;
        Key(json, key);
        json.WriteStartObject("arrayValue");
        json.WriteStartArray("values");
        foreach (string value in values)
        {
            json.WriteStartObject();
            json.WriteString("stringValue", OcsfWords.Text(value));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        Close(json);
    }

    private static void Key(Utf8JsonWriter json, string key)
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteStartObject("value");
    }

    private static void Close(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Nano(DateTimeOffset time) => ((time - DateTimeOffset.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture);
}
