using System.Globalization;
using System.Text;
using System.Text.Json;
using Exeat.Flows;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Exeat.Gateway.Output;

/// <summary>One event is one line, as text, as text for the system's journal (sd-daemon(3), "&lt;N&gt;" prefixes) or as JSON. Nothing in a line can break it.</summary>
internal sealed class LogLine(LogLine.Form form, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public enum Form : byte
    {
        Text = 0,
        SystemJournal,
        Json,
    }

    public const string FormatterName = "exeat";

    /// <summary>The form that suits where standard error goes.</summary>
    public static Form Choose(bool json) => json ? Form.Json : GoesToSystemJournal() ? Form.SystemJournal : Form.Text;

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter writer)
    {
        string message = entry.Formatter(entry.State, entry.Exception);
        string line = form switch
        {
            Form.Json => Json(entry.LogLevel, entry.EventId, message, entry.State as IReadOnlyList<KeyValuePair<string, object?>>),
            Form.SystemJournal => $"<{Priority(entry.LogLevel)}>[{entry.EventId.Id}] {TerminalText.Escape(message)}",
            _ => $"{Now()} {Word(entry.LogLevel)} [{entry.EventId.Id}] {TerminalText.Escape(message)}",
        };
        writer.WriteLine(line);
    }

    private string Now() => time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private string Json(LogLevel level, EventId id, string message, IReadOnlyList<KeyValuePair<string, object?>>? values)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v", 1);
            json.WriteString("time", Now());
            json.WriteString("level", Word(level));
            json.WriteNumber("id", id.Id);
            json.WriteString("event", id.Name);
            json.WriteString("message", message);
            json.WriteStartObject("fields");
            foreach ((string key, object? value) in values ?? [])
            {
                if (key == "{OriginalFormat}") continue;
                string name = JsonNamingPolicy.CamelCase.ConvertName(key);
                if (value is int or long or uint) json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                else json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Critical => "critical",
        LogLevel.Error => "error",
        LogLevel.Warning => "warning",
        LogLevel.Information => "info",
        _ => "debug",
    };

    // syslog(3).
    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };

    // JOURNAL_STREAM is "device:inode" of the stream; a child with another standard error inherits the variable, hence the comparison.
    private static bool GoesToSystemJournal()
    {
        string? inode = Environment.GetEnvironmentVariable("JOURNAL_STREAM")?.Split(':')[^1];
        return inode is { Length: > 0 } && new FileInfo("/proc/self/fd/2").LinkTarget == $"socket:[{inode}]";
    }
}
