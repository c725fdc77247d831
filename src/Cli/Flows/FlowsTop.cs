using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary><c>exeat flows top</c>: what flows have most in common, counted by a control.</summary>
internal static class FlowsTop
{
    public static Command Create()
    {
        Option<string?> control = ControlOption.Create();
        var filter = new FilterOptions();
        Option<string[]> by = new("--by") { Description = "count by: agent, class, name, destination, port, protocol, rule, verdict, reason, gateway, policyVersion …; several for combinations", HelpName = "WHAT", DefaultValueFactory = _ => ["name"] };
        Option<string?> bucket = new("--bucket") { Description = "also by time, in steps: 1m, 1h, 1d", HelpName = "SPAN" };
        Option<string?> order = new("--order") { Description = "what comes first", HelpName = "attempts|bytes|lastSeen|firstSeen" };
        Option<int?> top = new("--top", "-n") { Description = "how many (default: 20)", HelpName = "N" };
        var command = new Command("top", "what flows have most in common, counted by a control") { control, by, bucket, order, top };
        filter.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            var question = new GroupQuestion { Filter = filter.Of(parsed), By = parsed.GetValue(by), BucketSeconds = Seconds(parsed.GetValue(bucket)), Order = parsed.GetValue(order), Top = parsed.GetValue(top) ?? 20 };
            FlowGroups groups = await ControlOption.Open(parsed, control).Api.GroupsAsync(question,
                job => output.Tell(string.Create(CultureInfo.InvariantCulture, $"{job.Percent:0} %, {job.Rows} rows read")), TimeProvider.System, cancel);
            if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(groups, FlowsJson.Default.FlowGroups));
            else Write(groups, output);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(FlowGroups groups, CommandOutput output)
    {
        Table table = new Table().Border(TableBorder.None).ShowHeaders();
        bool byTime = groups.Rows.Any(row => row.Bucket is not null);
        string[] headings = [.. byTime ? ["TIME (UTC)"] : Array.Empty<string>(), .. groups.By.Select(word => word.ToUpperInvariant()), "ATTEMPTS", "OUT", "IN", "FIRST (UTC)", "LAST (UTC)"];
        foreach (string heading in headings) table.AddColumn(new TableColumn(new Text(heading)) { Padding = new Padding(0, 0, 2, 0) });
        foreach (FlowGroup row in groups.Rows)
        {
            table.AddRow([
                .. byTime ? [Cell(Time(row.Bucket))] : Array.Empty<Text>(), .. row.Keys.Select(key => Cell(key is null ? "-" : TerminalText.EscapeName(key))), Cell(Number(row.Attempts)), Cell(Number(row.BytesOut)),
                Cell(Number(row.BytesIn)), Cell(Time(row.First)), Cell(Time(row.Last)),
            ]);
        }
        if (groups.Rows.Count > 0) output.Screen.Write(table);
        output.Tell(groups.Rows.Count == 0 ? "no flow meets these conditions" : string.Create(CultureInfo.InvariantCulture, $"{groups.Total.Attempts} attempts in all{(groups.FromRollUps ? "; first and last are to the minute, hour or day" : "")}"));
    }

    private static long? Seconds(string? span)
    {
        if (span is null) return null;
        DateTimeOffset now = DateTimeOffset.UnixEpoch.AddYears(100);
        if (Moment.TryParse(span, now, out DateTimeOffset then) && then < now && span.All(char.IsAsciiLetterOrDigit)) return (long)(now - then).TotalSeconds;
        throw new CommandFailure(ExitCode.InputWrong, $"--bucket '{span}' is no span; write for instance 1m, 1h or 1d");
    }

    private static Text Cell(string text) => new(text) { Overflow = Overflow.Fold };

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
}
