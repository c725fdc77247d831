using System.CommandLine;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat control audit</c>: what was changed, by whom.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        Option<string?> actor = new("--actor") { Description = "by whom: user:NAME, token:NAME, gateway:ID or control", HelpName = "ACTOR" };
        Option<string?> action = new("--action") { Description = "what: an action such as user.create, or its area", HelpName = "ACTION" };
        Option<string?> target = new("--target") { Description = "to what", HelpName = "TARGET" };
        Option<int> limit = new("--limit") { Description = "entries, 1 to 1000", HelpName = "N", DefaultValueFactory = _ => 100 };
        var command = new Command("audit", "what was changed, newest first") { actor, action, target, limit, Check() };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            string query = string.Concat(((string, string?)[])[("actor", parsed.GetValue(actor)), ("action", parsed.GetValue(action)), ("target", parsed.GetValue(target))] switch
            {
                var asked => asked.Where(one => one.Item2 is not null).Select(one => $"&{one.Item1}={Uri.EscapeDataString(one.Item2!)}"),
            });
            Page<AuditEntry> page = await client.GetAsync($"audit?limit={parsed.GetValue(limit)}{query}", ControlJson.Default.PageAuditEntry, cancel).ConfigureAwait(false);
            foreach (AuditEntry entry in page.Items) output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(entry, ControlJson.Default.AuditEntry) : Line(entry));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Check()
    {
        var command = new Command("check", "whether no entry is missing or changed; status 1 when one is");
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            AuditCheck check = await client.PostAsync("audit/check", ControlJson.Default.AuditCheck, cancel).ConfigureAwait(false);
            if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(check, ControlJson.Default.AuditCheck));
            else output.Data.WriteLine(check.Broken is { } broken ? $"entry {broken} is missing, changed or does not follow the one before" : $"{check.Entries} entries, each as it was written");
            return check.Broken is null ? ExitCode.Done : ExitCode.ExpectationFailed;
        }));
        return command;
    }

    private static string Line(AuditEntry entry) => TerminalText.Escape($"{entry.Time:yyyy-MM-dd HH:mm:ss}  {entry.Actor}  {entry.Action}  {entry.Target}") + string.Concat(entry.Details.Select(detail => TerminalText.Escape($"  {detail.Key}={detail.Value}")));
}
