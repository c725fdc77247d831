using System.Text.Json;

namespace Exeat.Flows.Tests;

/// <summary>What a record says, in the words of other formats.</summary>
public sealed class MappingTests
{
    private static readonly SinkOrigin Origin = new("Product", "1.2.3");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("deny", true, null, 5, 2, 2, 2)]
    [InlineData("permit", true, null, 1, 1, 1, 1)]
    [InlineData("permit", true, "closed", 2, 1, 1, 1)]
    [InlineData("permit", true, "timeout", 2, 1, 1, 1)]
    [InlineData("permit", true, "reset", 3, 1, 1, 1)]
    [InlineData("permit", true, "no-answer", 4, 1, 1, 1)]
    [InlineData("deny", false, "closed", 2, 1, 1, 15)]
    public void Network_activity_says_what_was_done(string verdict, bool enforced, string? end, int activity, int status, int action, int disposition)
    {
        FlowEvent decision = Decision(verdict, enforced);
        FlowSummary flow = FlowFold.Fold(end is null ? [decision] : [decision, decision with { Event = "end", Verdict = null, Enforced = null, End = end, BytesOut = 10, BytesIn = 20, DurationMs = 7 }])[0];
        JsonElement read = Ocsf(flow);
        Assert.Equal(4001, read.GetProperty("class_uid").GetInt32());
        Assert.Equal(activity, read.GetProperty("activity_id").GetInt32());
        Assert.Equal(status, read.GetProperty("status_id").GetInt32());
        Assert.Equal(action, read.GetProperty("action_id").GetInt32());
        Assert.Equal(disposition, read.GetProperty("disposition_id").GetInt32());
        Assert.Equal("coding-1", read.GetProperty("ai_agent").GetProperty("uid").GetString());
        Assert.Equal("allow-core", read.GetProperty("firewall_rule").GetProperty("name").GetString());
        Assert.Equal("api.example.org", read.GetProperty("dst_endpoint").GetProperty("hostname").GetString());
        Assert.Equal("2001:db8::5", read.GetProperty("dst_endpoint").GetProperty("ip").GetString());
        Assert.Equal(6, read.GetProperty("connection_info").GetProperty("protocol_ver_id").GetInt32());
        Assert.Equal("gw-1/7/42", read.GetProperty("metadata").GetProperty("uid").GetString());
        if (end is not null) Assert.Equal(30, read.GetProperty("traffic").GetProperty("bytes").GetInt64());
    }

    [Fact]
    public void A_question_is_dns_activity()
    {
        JsonElement read = Ocsf(FlowFold.Fold([Decision("deny", true) with { Stage = "dns", Names = [new FlowName("evil.example", "question")] }])[0]);
        Assert.Equal(4003, read.GetProperty("class_uid").GetInt32());
        Assert.Equal(400301, read.GetProperty("type_uid").GetInt32());
        Assert.Equal("evil.example", read.GetProperty("query").GetProperty("hostname").GetString());
    }

    [Fact]
    public void A_name_that_is_no_host_name_stands_under_unmapped_only()
    {
        JsonElement read = Ocsf(FlowFold.Fold([Decision("deny", true) with { Stage = "dns", Names = [new FlowName("a\u001b b.example", "question")] }])[0]);
        Assert.False(read.TryGetProperty("query", out _));
        Assert.Equal("a\u001b b.example", read.GetProperty("unmapped").GetProperty("names")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void A_note_of_the_journal_is_a_base_event()
    {
        JsonElement read = Ocsf(FlowFold.Fold([new FlowEvent { Raw = default, Id = "gw-1/7/1", Event = "counted", Time = Noon, Gateway = "gw-1", Reason = "journal-retired", Count = 9 }])[0]);
        Assert.Equal(0, read.GetProperty("class_uid").GetInt32());
        Assert.Equal("journal-retired", read.GetProperty("activity_name").GetString());
        Assert.Equal(9, read.GetProperty("count").GetInt32());
    }

    [Fact]
    public void The_table_of_the_schema_is_that_of_the_version_that_is_written()
    {
        using var schema = new OcsfSchema();
        Assert.Equal(Flows.Ocsf.SchemaVersion, schema.Version);
        Assert.NotEmpty(schema.Problems("{\"class_uid\":4001,\"activity_id\":1,\"category_uid\":4,\"type_uid\":400101}"u8.ToArray()));
    }

    [Fact]
    public void Syslog_has_a_severity_a_host_and_the_record()
    {
        var read = SyslogMessage.Read(Syslog.Message(Decision("deny", true), Origin));
        Assert.Equal(16 * 8 + 4, read.Priority);
        Assert.Equal("gw-1", read.Host);
        Assert.Equal("decision", read.Kind);
        Assert.Equal("coding-1", read.Value("agent"));
        Assert.Equal("sni:api.example.org", read.Value("name"));
        Assert.Equal("coding-1 deny api.example.org ([2001:db8::5]:443) by allow-core default-deny", read.Text);
    }

    [Fact]
    public void Otlp_groups_by_gateway_and_keeps_64_bits()
    {
        FlowEvent end = Decision("permit", true) with { Event = "end", BytesIn = long.MaxValue };
        using JsonDocument read = JsonDocument.Parse(OtlpLogs.Request([end, end with { Gateway = "gw-2" }, end], Origin, Noon));
        JsonElement resources = read.RootElement.GetProperty("resourceLogs");
        Assert.Equal(2, resources.GetArrayLength());
        JsonElement record = resources[0].GetProperty("scopeLogs")[0].GetProperty("logRecords")[1];
        Assert.Equal("1772366400000000000", record.GetProperty("timeUnixNano").GetString());
        Assert.Contains(record.GetProperty("attributes").EnumerateArray(), attribute =>
            attribute.GetProperty("key").GetString() == "flow.bytes_in" && attribute.GetProperty("value").GetProperty("intValue").GetString() == "9223372036854775807");
    }

    [Fact]
    public void Csv_ends_with_the_columns_that_came_later()
    {
        FlowEvent read = Decision("permit", true) with { Caveat = "name-unproven-on-shared-address", Labels = [new("team", "core")], Generation = 3 };
        string[] header = Csv.Header.Split(','), row = CsvRows.Read(Csv.Line(FlowFold.Fold([read])[0]) + "\r\n")[0];
        Assert.Equal("note", header[31]);
        Assert.Equal("name-unproven-on-shared-address", row[Array.IndexOf(header, "caveat")]);
        Assert.Equal("team=core", row[Array.IndexOf(header, "labels")]);
        Assert.Equal("gw-1/7/42", row[Array.IndexOf(header, "event")]);
    }

    private static JsonElement Ocsf(FlowSummary flow)
    {
        byte[] line = Flows.Ocsf.Line(flow, Origin);
        using var schema = new OcsfSchema();
        Assert.Empty(schema.Problems(line));
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    private static FlowEvent Decision(string verdict, bool enforced) => new()
    {
        Raw = default,
        Id = "gw-1/7/42",
        Flow = "0195529a-7b80-7000-8000-0123456789ab",
        Event = "decision",
        Time = Noon,
        Gateway = "gw-1",
        Agent = "coding-1",
        Class = "coding",
        Source = "2001:db8:1::2",
        SourcePort = 40001,
        Destination = "2001:db8::5",
        Port = 443,
        Protocol = "tcp",
        Names = [new FlowName("api.example.org", "sni")],
        Proof = "dns+sni",
        Stage = "hello",
        Rule = "allow-core",
        Reason = "default-deny",
        Verdict = verdict,
        Mode = "enforce",
        Enforced = enforced,
        Policy = "9f2c",
    };
}
