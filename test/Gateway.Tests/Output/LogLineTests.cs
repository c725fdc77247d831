using System.Text.Json;
using Exeat.Gateway.Output;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Output;

public sealed class LogLineTests
{
    private const string Hostile = "a\nb\u001b[31m \"c\" \u202e\r\n<1>forged";

    [Fact]
    public void An_event_is_one_JSON_object_on_one_line_with_stable_fields()
    {
        string line = Write(LogLine.Form.Json, LogLevel.Error, new EventId(5, "Refused"), $"not changed: {Hostile}", ("Problem", Hostile), ("Ended", 3), ("{OriginalFormat}", "x"));
        Assert.EndsWith("\n", line);
        Assert.Equal(1, line.Count(c => c == '\n'));
        using JsonDocument read = JsonDocument.Parse(line);
        JsonElement root = read.RootElement;
        Assert.Equal(["v", "time", "level", "id", "event", "message", "fields"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal((1, "error", 5, "Refused"), (root.GetProperty("v").GetInt32(), root.GetProperty("level").GetString(), root.GetProperty("id").GetInt32(), root.GetProperty("event").GetString()));
        Assert.Equal("2026-01-02T03:04:05.678Z", root.GetProperty("time").GetString());
        Assert.Equal(Hostile, root.GetProperty("fields").GetProperty("problem").GetString());
        Assert.Equal(3, root.GetProperty("fields").GetProperty("ended").GetInt32());
        Assert.Equal(2, root.GetProperty("fields").EnumerateObject().Count());
    }

    [Fact]
    public void Text_is_one_line_that_no_value_can_break_or_colour()
    {
        string line = Write(LogLine.Form.Text, LogLevel.Warning, new EventId(6, "Warned"), Hostile);
        Assert.Equal(@"2026-01-02T03:04:05.678Z warning [6] a\x0ab\x1b[31m ""c"" \u{202e}\x0d\x0a<1>forged" + "\n", line);
    }

    [Theory]
    [InlineData(LogLevel.Critical, 2)]
    [InlineData(LogLevel.Error, 3)]
    [InlineData(LogLevel.Warning, 4)]
    [InlineData(LogLevel.Information, 6)]
    [InlineData(LogLevel.Debug, 7)]
    public void For_the_systems_journal_a_line_begins_with_its_priority(LogLevel level, int priority)
    {
        string line = Write(LogLine.Form.SystemJournal, level, new EventId(3, "Ready"), "ready\n<0>panic");
        Assert.Equal($"<{priority}>[3] ready\\x0a<0>panic\n", line);
    }

    private static string Write(LogLine.Form form, LogLevel level, EventId id, string message, params (string, object?)[] values)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
        using var writer = new StringWriter { NewLine = "\n" };
        IReadOnlyList<KeyValuePair<string, object?>> state = [.. values.Select(v => KeyValuePair.Create(v.Item1, v.Item2))];
        new LogLine(form, time).Write(new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(level, "gateway", id, state, null, (_, _) => message), null, writer);
        return writer.ToString();
    }
}
