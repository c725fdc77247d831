using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat approvals</c>: changes that wait for a second person.</summary>
internal static class ApprovalsCommand
{
    public static Command Create() => new("approvals", "changes that wait for a second person") { List(), Show(), Approve(), Reject() };

    private static Command List()
    {
        Option<string?> state = new("--state") { Description = "waiting, approved, rejected or expired (default: waiting)", HelpName = "STATE" }, control = ControlAccess.Option();
        Option<bool> all = new("--all") { Description = "those that are decided too" };
        var command = new Command("list", "what waits, newest first") { state, all, control };
        command.SetAction((parsed, cancel) => ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            await foreach (ApprovalEntry entry in client.ApprovalsAsync(parsed.GetValue(all) ? null : parsed.GetValue(state) ?? "waiting", cancel))
                output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(entry, PoliciesJson.Default.ApprovalEntry)
                    : $"{TerminalText.Escape(entry.Id)}  {entry.State}  {TerminalText.Escape(What(entry.Change))}  {TerminalText.Escape(entry.RequestedBy)}  until {Time(entry.Expires)}  {TerminalText.Escape(entry.Change.Reason)}");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Show()
    {
        (Argument<string> id, Option<string?> control) = (IdArgument(), ControlAccess.Option());
        var command = new Command("show", "one change, whole, with the hash that approving it takes") { id, control };
        command.SetAction((parsed, cancel) => ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            ApprovalEntry entry = await client.ApprovalAsync(parsed.GetRequiredValue(id), cancel);
            if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(entry, PoliciesJson.Default.ApprovalEntry));
            else Write(entry, output);
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Approve()
    {
        (Argument<string> id, Option<string?> control) = (IdArgument(), ControlAccess.Option());
        Option<string> hash = new("--hash") { Description = "the hash that show printed: what is approved is exactly that", HelpName = "HASH", Required = true }, reason = VersionCommands.ReasonOption();
        var command = new Command("approve", "say yes to a change that another person asked for") { id, hash, reason, control };
        command.SetAction((parsed, cancel) => ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client =>
            ChangeText.Write(await client.ApproveAsync(parsed.GetRequiredValue(id), new ApprovalDecision(parsed.GetRequiredValue(hash), parsed.GetRequiredValue(reason)), cancel), CommandOutput.Of(parsed))));
        return command;
    }

    private static Command Reject()
    {
        (Argument<string> id, Option<string?> control) = (IdArgument(), ControlAccess.Option());
        Option<string> reason = VersionCommands.ReasonOption();
        var command = new Command("reject", "say no, or take back what you asked for") { id, reason, control };
        command.SetAction((parsed, cancel) => ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client =>
        {
            await client.RejectAsync(parsed.GetRequiredValue(id), new ReasonRequest(parsed.GetRequiredValue(reason)), cancel);
            CommandOutput.Of(parsed).Tell("rejected");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Argument<string> IdArgument() => new("ID") { Description = "the id that exeat approvals list shows" };

    private static void Write(ApprovalEntry entry, CommandOutput output)
    {
        output.Data.WriteLine($"{TerminalText.Escape(entry.Id)}: {entry.State}");
        output.Data.WriteLine($"change: {TerminalText.Escape(What(entry.Change))}");
        output.Data.WriteLine($"reason: {TerminalText.Escape(entry.Change.Reason)}");
        output.Data.WriteLine($"asked by {TerminalText.Escape(entry.RequestedBy)} at {Time(entry.Requested)}, to be decided until {Time(entry.Expires)}, for class {TerminalText.Escape(string.Join(", ", entry.Classes))}");
        foreach (string line in ChangeText.Effect(entry.Effect)) output.Data.WriteLine(line);
        foreach (string line in (entry.Agents ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)) output.Data.WriteLine("  | " + TerminalText.Escape(line));
        if (entry.DecidedBy is { } by) output.Data.WriteLine($"{entry.State} by {TerminalText.Escape(by)}: {TerminalText.Escape(entry.DecisionReason ?? "")}");
        output.Data.WriteLine($"hash: {TerminalText.Escape(entry.Hash)}");
    }

    private static string What(PolicyChange change) => change switch
    {
        { Window: { } window } => $"{change.Kind} for {string.Join(", ", window.Classes.Concat(window.Agents))}, {window.Minutes.ToString(CultureInfo.InvariantCulture)} minutes{To(window)}",
        { Kind: "agents", On: { } on } => $"agents of {on.Target}, in place of version {change.Replaces.ToString(CultureInfo.InvariantCulture)}",
        { On: { } on } => $"{change.Kind} {change.Policy}@{change.Version} on {TargetText.Write(on)}",
        _ => $"{change.Kind} {change.Class}",
    };

    private static string To(PolicyWindowRequest window) => window.Names.IsEmpty && window.Cidrs.IsEmpty ? ""
        : $", to {string.Join(", ", window.Names.Concat(window.Cidrs))} on {window.Protocol} {string.Join(", ", window.Ports)}";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
