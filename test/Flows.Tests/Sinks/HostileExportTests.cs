using System.Text;
using System.Text.Json;
using CsCheck;

namespace Exeat.Flows.Tests;

/// <summary>I9: no record, however hostile, breaks what is exported: each output is read again by a reader that knows only the format.</summary>
public sealed class HostileExportTests
{
    private static readonly SinkOrigin Origin = new("Product", "1.2.3");

    [Fact]
    public void Csv_stays_one_row_without_formulas_or_control_characters() => HostileEvents.Event.Sample(read =>
    {
        FlowSummary flow = FlowFold.Fold([read])[0];
        string line = Csv.Line(flow);
        Assert.DoesNotContain(line, char.IsControl);
        string[] row = Assert.Single(CsvRows.Read(line + "\r\n"));
        Assert.Equal(Csv.Header.Split(',').Length, row.Length);
        Assert.DoesNotContain(row, field => field.Length > 0 && field[0] is '=' or '+' or '-' or '@' or '\t' or '\r');
    });

    [Fact]
    public void Ocsf_stays_one_line_of_ascii_that_the_schema_takes()
    {
        using var schema = new OcsfSchema();
        HostileEvents.Event.Sample(read =>
        {
            byte[] line = Ocsf.Line(FlowFold.Fold([read])[0], Origin);
            Assert.DoesNotContain(line, b => b is < 0x20 or > 0x7e);
            Assert.Empty(schema.Problems(line));
        }, threads: 1);
    }

    [Fact]
    public void Otlp_stays_a_request_with_every_record_and_only_numbers_as_text() => HostileEvents.Event.Array[1, 5].Sample(events =>
    {
        byte[] request = OtlpLogs.Request(events, Origin, events[0].Time);
        Assert.DoesNotContain(request, b => b is < 0x20 or > 0x7e);
        using JsonDocument read = JsonDocument.Parse(request);
        JsonElement[] records = [.. Records(read.RootElement)];
        Assert.Equal(events.Length, records.Length);
        foreach (JsonElement record in records)
        {
            Assert.True(ulong.TryParse(record.GetProperty("timeUnixNano").GetString(), out _));
            foreach (JsonElement attribute in record.GetProperty("attributes").EnumerateArray())
            {
                JsonProperty value = Assert.Single(attribute.GetProperty("value").EnumerateObject());
                Assert.Contains(value.Name, (string[])["stringValue", "intValue", "boolValue", "arrayValue"]);
                if (value.Name == "intValue") Assert.True(long.TryParse(value.Value.GetString(), out _));
            }
        }
    });

    [Fact]
    public void Syslog_stays_one_bounded_message_whose_values_come_back() => HostileEvents.Event.Sample(read =>
    {
        string message = Syslog.Message(read, Origin);
        Assert.True(Encoding.UTF8.GetByteCount(message) <= Syslog.MaxBytes, $"{message.Length} bytes");
        Assert.DoesNotContain(message, c => c is < ' ' or > '~');
        var again = SyslogMessage.Read(message);
        Assert.Equal(Syslog.DataName, again.DataName);
        Assert.Equal("product", again.App);
        foreach ((string name, string? value) in (ReadOnlySpan<(string, string?)>)[("agent", read.Agent), ("rule", read.Rule), ("dst", read.Destination)])
        {
            // What was too long says so.
            string safe = TerminalText.EscapeName(value);
            if (again.Value("cut") is null) Assert.Equal(string.IsNullOrEmpty(safe) ? null : safe, again.Value(name));
        }
    });

    private static IEnumerable<JsonElement> Records(JsonElement root) => root.GetProperty("resourceLogs").EnumerateArray()
        .SelectMany(resource => resource.GetProperty("scopeLogs").EnumerateArray()).SelectMany(scope => scope.GetProperty("logRecords").EnumerateArray());
}
