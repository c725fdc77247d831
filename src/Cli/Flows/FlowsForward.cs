using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary><c>exeat flows forward</c>: where a control sends every record on to.</summary>
internal static class FlowsForward
{
    public static Command Create()
    {
        Option<string?> control = ControlOption.Create();
        Argument<string> name = new("NAME") { Description = "the target" };
        Argument<string> file = new("FILE") { Description = "the target as JSON; - is standard input, so that a secret is in no file" };

        var list = new Command("list", "the targets, and how far each is") { control };
        list.SetAction(async (parsed, cancel) =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            Page<ForwardingTarget> page = await ControlOption.Open(parsed, control).Api.TargetsAsync(cancel);
            if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(page, AlertsJson.Default.ForwardingTargetPage));
            else Write(page.Items, output);
            return ExitCode.Done;
        });
        var put = new Command("put", "make or change a target") { control, file };
        put.SetAction(async (parsed, cancel) =>
        {
            ForwardingTarget made = await ControlOption.Open(parsed, control).Api.PutTargetAsync(JsonInput.Read(parsed.GetValue(file)!, AlertsJson.Default.ForwardingTarget), cancel);
            CommandOutput.Of(parsed).Tell($"target {made.Name}: exeat flows forward test {made.Name} sends one record");
            return ExitCode.Done;
        });
        var delete = new Command("delete", "delete a target") { control, name };
        delete.SetAction(async (parsed, cancel) =>
        {
            await ControlOption.Open(parsed, control).Api.DeleteTargetAsync(parsed.GetValue(name)!, cancel);
            return ExitCode.Done;
        });
        var test = new Command("test", "send one record that says it is a test") { control, name };
        test.SetAction(async (parsed, cancel) => AlertsCommand.Tell(await ControlOption.Open(parsed, control).Api.TestTargetAsync(parsed.GetValue(name)!, cancel), CommandOutput.Of(parsed)));
        return new Command("forward", "where a control sends every record on to") { list, put, delete, test };
    }

    private static void Write(IReadOnlyList<ForwardingTarget> targets, CommandOutput output)
    {
        Table table = new Table().Border(TableBorder.None).ShowHeaders();
        foreach (string heading in (string[])["NAME", "KIND", "WHERE", "SENT", "REFUSED", "LAG", "STATE"]) table.AddColumn(new TableColumn(new Text(heading)) { Padding = new Padding(0, 0, 2, 0) });
        foreach (ForwardingTarget target in targets)
        {
            string where = target.Url ?? string.Create(CultureInfo.InvariantCulture, $"{target.Host}:{target.Port}");
            string state = !target.Enabled ? "off" : target.FailingSince is { } since ? string.Create(CultureInfo.InvariantCulture, $"failing since {since.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {target.LastError}") : "well";
            table.AddRow(new Text(target.Name), new Text(target.Kind), new Text(TerminalText.Escape(where)), new Text(Number(target.Sent)), new Text(Number(target.Failed)),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{target.LagSeconds ?? 0:0} s")), new Text(TerminalText.Escape(state)));
        }
        if (targets.Count > 0) output.Screen.Write(table);
        else output.Tell("there are no targets; exeat flows forward put FILE makes one");
    }

    private static string Number(long? value) => (value ?? 0).ToString(CultureInfo.InvariantCulture);
}
