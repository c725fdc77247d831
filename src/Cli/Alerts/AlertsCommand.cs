using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary><c>exeat alerts</c>: what a control raised, and where it tells of it.</summary>
internal static class AlertsCommand
{
    public static Command Create()
    {
        Option<string?> control = ControlOption.Create();
        Argument<string> name = new("NAME") { Description = "the channel" };
        Argument<string> file = new("FILE") { Description = "the channel as JSON; - is standard input, so that a secret is in no file" };
        Option<int> limit = new("--limit") { Description = "at most so many, the newest", HelpName = "N", DefaultValueFactory = _ => 50 };
        Option<string?> word = new("--event") { Description = "only this event", HelpName = "EVENT" };
        Option<bool> open = new("--open") { Description = "only conditions that hold" };

        var list = new Command("list", "alerts, newest last") { control, limit, word, open };
        list.SetAction(async (parsed, cancel) =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            Page<RaisedAlert> page = await ControlOption.Open(parsed, control).Api.AlertsAsync(Math.Clamp(parsed.GetValue(limit), 1, 1000), parsed.GetValue(word), parsed.GetValue(open), cancel);
            foreach (RaisedAlert alert in page.Items.Reverse())
            {
                if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(alert, AlertsJson.Default.RaisedAlert));
                else output.Data.WriteLine(Line(alert));
            }
            if (page.Items.Count == 0) output.Tell("no alerts");
            return ExitCode.Done;
        });
        var channels = new Command("channels", "where alerts go, and what became of them") { control };
        channels.SetAction(async (parsed, cancel) =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            Page<AlertChannel> page = await ControlOption.Open(parsed, control).Api.ChannelsAsync(cancel);
            if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(page, AlertsJson.Default.AlertChannelPage));
            else Write(page.Items, output);
            return ExitCode.Done;
        });
        var put = new Command("put", "make or change a channel") { control, file };
        put.SetAction(async (parsed, cancel) =>
        {
            AlertChannel made = await ControlOption.Open(parsed, control).Api.PutChannelAsync(JsonInput.Read(parsed.GetValue(file)!, AlertsJson.Default.AlertChannel), cancel);
            CommandOutput.Of(parsed).Tell($"channel {made.Name}: exeat alerts test {made.Name} sends one message");
            return ExitCode.Done;
        });
        var delete = new Command("delete", "delete a channel") { control, name };
        delete.SetAction(async (parsed, cancel) =>
        {
            await ControlOption.Open(parsed, control).Api.DeleteChannelAsync(parsed.GetValue(name)!, cancel);
            return ExitCode.Done;
        });
        var test = new Command("test", "send one message to a channel, at once") { control, name };
        test.SetAction(async (parsed, cancel) => Tell(await ControlOption.Open(parsed, control).Api.TestChannelAsync(parsed.GetValue(name)!, cancel), CommandOutput.Of(parsed)));
        return new Command("alerts", "what a control raised, and where it tells of it") { list, channels, new Command("channel", "change where alerts go") { put, delete }, test };
    }

    /// <summary>What became of a test.</summary>
    public static int Tell(TestOutcome outcome, CommandOutput output)
    {
        if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(outcome, AlertsJson.Default.TestOutcome));
        else output.Tell((outcome.Delivered ? "delivered: " : "not delivered: ") + TerminalText.Escape(outcome.Said), outcome.Delivered ? LogLevel.Notice : LogLevel.Error);
        return outcome.Delivered ? ExitCode.Done : ExitCode.ExpectationFailed;
    }

    // Titles and texts are escaped where they are made; a control of another release may have forgotten it.
    private static string Line(RaisedAlert alert) => string.Create(CultureInfo.InvariantCulture,
        $"{alert.First.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {alert.Severity,-8}  {Plain(alert.Event)}{(alert.Count > 1 ? $" x{alert.Count}" : "")}{(alert.State == "resolved" ? " (over)" : "")}: {Plain(alert.Title)}{(alert.Record is null ? "" : $"  [exeat why {CommandWord.Of(alert.Record)} --control]")}  {Plain(alert.Runbook)}");

    private static string Plain(string text) => string.Concat(text.Where(c => !char.IsControl(c)));

    private static void Write(IReadOnlyList<AlertChannel> channels, CommandOutput output)
    {
        Table table = new Table().Border(TableBorder.None).ShowHeaders();
        foreach (string heading in (string[])["NAME", "KIND", "WHERE", "SENT", "FAILED", "SUPPRESSED", "WAITING", "STATE"]) table.AddColumn(new TableColumn(new Text(heading)) { Padding = new Padding(0, 0, 2, 0) });
        foreach (AlertChannel channel in channels)
        {
            string where = channel.Url ?? (channel.Host is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{channel.Host}:{channel.Port} to {string.Join(", ", channel.To ?? [])}"));
            table.AddRow([.. new[] { channel.Name, channel.Kind, TerminalText.Escape(where), Number(channel.Sent), Number(channel.Failed), Number(channel.Suppressed), Number(channel.Waiting), !channel.Enabled ? "off" : channel.LastError is { } error ? TerminalText.Escape(error) : "well" }.Select(text => new Text(text))]);
        }
        if (channels.Count > 0) output.Screen.Write(table);
        else output.Tell("there are no channels; exeat alerts channel put FILE makes one");
    }

    private static string Number(long? value) => (value ?? 0).ToString(CultureInfo.InvariantCulture);
}
