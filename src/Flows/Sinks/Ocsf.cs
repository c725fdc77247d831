using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Exeat.Flows;

/// <summary>Flows as events of the Open Cybersecurity Schema Framework: Network Activity (4001), and DNS Activity (4003) for questions.</summary>
/// <remarks>
/// One event for each flow, with the profiles <c>security_control</c> (action, disposition, firewall_rule, policy) and <c>ai_operation</c> (ai_agent). What the schema has no field for
/// stands under <c>unmapped</c>. What has no endpoint at all, such as the journal's notes about itself, is a base event (class 0). A name that is no host name stands under <c>unmapped</c> only.
/// </remarks>
public static class Ocsf
{
    /// <summary>The version of the schema; the first with <c>ai_agent</c>.</summary>
    public const string SchemaVersion = "1.9.0";

    /// <summary>One flow as one line of JSON, without its end. Pure ASCII: everything else is escaped.</summary>
    public static byte[] Line(FlowSummary flow, SinkOrigin origin)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(bytes)) Write(json, flow, origin);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Writes one flow as one JSON object.</summary>
    public static void Write(Utf8JsonWriter json, FlowSummary flow, SinkOrigin origin)
    {
        FlowEvent read = flow.Decision;
        bool dns = read.Stage == "dns", located = Address(read.Source) is not null || Address(read.Destination) is not null;
        int category = located ? 4 : 0, classId = !located ? 0 : dns ? 4003 : 4001, activity = !located ? 99 : dns ? 1 : OcsfWords.Activity(flow);
        json.WriteStartObject();
        json.WriteNumber("category_uid", category);
        json.WriteNumber("class_uid", classId);
        json.WriteNumber("activity_id", activity);
        if (activity == 99) json.WriteString("activity_name", OcsfWords.Text(read.Reason ?? read.Event));
        json.WriteNumber("type_uid", classId * 100 + activity);
        json.WriteNumber("severity_id", OcsfWords.Severity(read));
        json.WriteNumber("status_id", OcsfWords.Status(read));
        if (read.Reason is not null) json.WriteString("status_detail", OcsfWords.Text(read.Reason));
        json.WriteNumber("time", read.Time.ToUnixTimeMilliseconds());
        json.WriteNumber("start_time", flow.First.ToUnixTimeMilliseconds());
        if (flow.Counts is { Event: "end" } end) json.WriteNumber("end_time", end.Time.ToUnixTimeMilliseconds());
        if (flow.Counts is { } counts) json.WriteNumber("duration", counts.DurationMs);
        json.WriteNumber("count", Math.Min(flow.Attempts, int.MaxValue));
        json.WriteString("message", EventText.Of(read));
        Metadata(json, flow, origin);
        if (located)
        {
            Endpoint(json, "src_endpoint", read.Source, read.SourcePort, read.Agent, null);
            Endpoint(json, "dst_endpoint", read.Destination, read.Port, null, dns ? null : HostName(flow.Name));
            Connection(json, flow);
            Traffic(json, flow.Counts ?? read);
            if (dns && HostName(flow.Name) is { } asked)
            {
                json.WriteStartObject("query");
                json.WriteString("hostname", asked);
                json.WriteEndObject();
                json.WriteNumber("query_time", read.Time.ToUnixTimeMilliseconds());
            }
        }
        Control(json, read);
        Unmapped(json, flow);
        json.WriteEndObject();
    }

    private static void Metadata(Utf8JsonWriter json, FlowSummary flow, SinkOrigin origin)
    {
        json.WriteStartObject("metadata");
        json.WriteString("version", SchemaVersion);
        json.WriteStartArray("profiles");
        json.WriteStringValue("security_control");
        json.WriteStringValue("ai_operation");
        json.WriteEndArray();
        json.WriteString("uid", OcsfWords.Text(flow.Decision.Id));
        if (flow.Flow is not null) json.WriteString("correlation_uid", OcsfWords.Text(flow.Flow));
        json.WriteString("log_name", "flow-record");
        json.WriteString("log_version", EventLine.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("original_time", FormattableString.Invariant($"{flow.Decision.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}"));
        json.WriteStartObject("product");
        json.WriteString("name", origin.Product);
        json.WriteString("vendor_name", origin.Product);
        json.WriteString("version", origin.Version);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Endpoint(Utf8JsonWriter json, string field, string? address, int port, string? agent, string? host)
    {
        if (Address(address) is not { } known)
        {
            if (host is null && agent is null) return;
            known = "";
        }
        json.WriteStartObject(field);
        if (known.Length > 0) json.WriteString("ip", known);
        if (port is > 0 and <= 65535) json.WriteNumber("port", port);
        if (agent is not null) json.WriteString("uid", OcsfWords.Text(agent));
        if (host is not null) json.WriteString("hostname", host);
        json.WriteEndObject();
    }

    private static void Connection(Utf8JsonWriter json, FlowSummary flow)
    {
        FlowEvent read = flow.Decision;
        json.WriteStartObject("connection_info");
        json.WriteNumber("direction_id", read.Reason == "towards-agent" ? 1 : 2);
        byte protocol = FlowWords.ProtocolNumber(read.Protocol);
        if (protocol > 0) json.WriteNumber("protocol_num", protocol);
        if (FlowWords.ProtocolText(protocol) is { } name) json.WriteString("protocol_name", name);
        if (Address(read.Destination ?? read.Source) is { } address) json.WriteNumber("protocol_ver_id", address.Contains(':') ? 6 : 4);
        if (flow.Flow is not null) json.WriteString("uid", OcsfWords.Text(flow.Flow));
        json.WriteEndObject();
    }

    private static void Traffic(Utf8JsonWriter json, FlowEvent counts)
    {
        if (counts.Event is not ("update" or "end")) return;
        json.WriteStartObject("traffic");
        json.WriteNumber("bytes_out", counts.BytesOut);
        json.WriteNumber("bytes_in", counts.BytesIn);
        json.WriteNumber("bytes", Sum(counts.BytesOut, counts.BytesIn));
        json.WriteNumber("packets_out", counts.PacketsOut);
        json.WriteNumber("packets_in", counts.PacketsIn);
        json.WriteNumber("packets", Sum(counts.PacketsOut, counts.PacketsIn));
        json.WriteEndObject();
    }

    private static void Control(Utf8JsonWriter json, FlowEvent read)
    {
        json.WriteNumber("action_id", OcsfWords.Action(read));
        json.WriteNumber("disposition_id", OcsfWords.Disposition(read));
        if (read.Rule is not null)
        {
            json.WriteStartObject("firewall_rule");
            json.WriteString("name", OcsfWords.Text(read.Rule));
            if (read.Policy is not null) json.WriteString("version", OcsfWords.Text(read.Policy));
            if (read.Reason is not null) json.WriteString("message", OcsfWords.Text(read.Reason));
            json.WriteEndObject();
        }
        if (read.Policy is not null)
        {
            json.WriteStartObject("policy");
            json.WriteString("uid", OcsfWords.Text(read.Policy));
            json.WriteEndObject();
        }
        if (read.Agent is null) return;
        json.WriteStartObject("ai_agent");
        json.WriteString("uid", OcsfWords.Text(read.Agent));
        json.WriteString("name", OcsfWords.Text(read.Agent));
        json.WriteNumber("type_id", 0);
        json.WriteEndObject();
    }

    private static void Unmapped(Utf8JsonWriter json, FlowSummary flow)
    {
        FlowEvent read = flow.Decision;
        json.WriteStartObject("unmapped");
        foreach ((string name, string? value) in (ReadOnlySpan<(string, string?)>)
        [
            ("gateway", read.Gateway), ("class", read.Class), ("proof", read.Proof), ("caveat", read.Caveat), ("stage", read.Stage), ("verdict", read.Verdict), ("mode", read.Mode),
            ("denial", flow.Denial), ("agents_hash", read.AgentsHash), ("end", flow.Counts?.End), ("note", read.Note),
        ])
        {
            if (value is not null) json.WriteString(name, OcsfWords.Text(value));
        }
        if (read.Enforced is { } enforced) json.WriteBoolean("enforced", enforced);
        if (read.Generation > 0) json.WriteNumber("generation", read.Generation);
        Outcome(json, "would", read.Would);
        Outcome(json, "monitored", read.Monitored);
        json.WriteStartArray("names");
        foreach (FlowName name in flow.Names)
        {
            json.WriteStartObject();
            json.WriteString("name", OcsfWords.Text(name.Name));
            json.WriteString("source", OcsfWords.Text(name.Source));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (read.Labels.Count > 0)
        {
            json.WriteStartObject("labels");
            // The reader keeps what a line repeats; an object may name each once.
            foreach (KeyValuePair<string, string> label in read.Labels.DistinctBy(label => OcsfWords.Text(label.Key))) json.WriteString(OcsfWords.Text(label.Key), OcsfWords.Text(label.Value));
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Outcome(Utf8JsonWriter json, string field, FlowOutcome? outcome)
    {
        if (outcome is null) return;
        json.WriteStartObject(field);
        json.WriteString("verdict", OcsfWords.Text(outcome.Verdict));
        json.WriteString("rule", OcsfWords.Text(outcome.Rule));
        json.WriteEndObject();
    }

    private static long Sum(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    private static string? Address(string? text) =>
        IPAddress.TryParse(text, out IPAddress? address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Split('.').Length == 4) ? address.ToString() : null;

    // What the schema takes for a host name (its hostname_t); anything else would make a strict reader refuse the whole event.
    private static string? HostName(string? name) =>
        name is { Length: > 0 and <= 253 } && name.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && label[0] != '-' && label[^1] != '-') ? name : null;
}
