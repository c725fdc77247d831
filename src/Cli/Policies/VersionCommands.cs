using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat policy versions | assign | rollback | clear | assignments | second-person</c>.</summary>
internal static class VersionCommands
{
    public static IEnumerable<Command> All() => [Versions(), Assign(), Back("rollback", "back to the version before, in one step", (client, request, cancel) => client.RollbackAsync(request, cancel)),
        Back("clear", "take an assignment away, so that the next one in precedence holds", (client, request, cancel) => client.ClearAsync(request, cancel)), Assignments(), SecondPerson()];

    public static Option<string> ReasonOption() => new("--reason") { Description = "why, one line", HelpName = "TEXT", Required = true };

    private static Command Versions()
    {
        Argument<string?> name = new("NAME") { Description = "a policy; without it, all policies with their newest version", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> control = ControlAccess.Option();
        var command = new Command("versions", "the policies of control and their versions, newest first") { name, control };
        command.SetAction((parsed, cancel) => ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            if (parsed.GetValue(name) is { } policy)
                await foreach (PolicyVersionEntry entry in client.VersionsAsync(policy, cancel))
                    output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(entry, PoliciesJson.Default.PolicyVersionEntry)
                        : string.Create(CultureInfo.InvariantCulture, $"{entry.Number,4}  {entry.Version}  {Time(entry.Time)}  {TerminalText.Escape(entry.Author)}  {TerminalText.Escape(entry.Message)}"));
            else
                await foreach (PolicyEntry entry in client.PoliciesAsync(cancel))
                    output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(entry, PoliciesJson.Default.PolicyEntry)
                        : string.Create(CultureInfo.InvariantCulture, $"{TerminalText.Escape(entry.Name)}  {entry.Versions} versions  {entry.Newest}  {Time(entry.Published)}  {TerminalText.Escape(entry.Author)}  {TerminalText.Escape(entry.Message)}"));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Assign()
    {
        Argument<string> policy = new("POLICY") { Description = "NAME, or NAME@VERSION; without a version the newest" };
        Option<string> on = TargetText.Option(), reason = ReasonOption();
        Option<string?> expected = ExpectedOption(), control = ControlAccess.Option();
        var command = new Command("assign", "say which gateways run a version") { policy, on, reason, expected, control };
        command.SetAction((parsed, cancel) =>
        {
            (string name, string? version) = TargetText.ReadPolicy(parsed.GetRequiredValue(policy));
            var request = new AssignmentRequest { On = TargetText.Read(parsed.GetRequiredValue(on)), Policy = name, Version = version, Expected = parsed.GetValue(expected), Reason = parsed.GetRequiredValue(reason) };
            return ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client => ChangeText.Write(await client.AssignAsync(request, cancel), CommandOutput.Of(parsed)));
        });
        return command;
    }

    private static Command Back(string verb, string description, Func<PoliciesClient, AssignmentRequest, CancellationToken, Task<ChangeResult>> ask)
    {
        Option<string> on = TargetText.Option(), reason = ReasonOption();
        Option<string?> expected = ExpectedOption(), control = ControlAccess.Option();
        var command = new Command(verb, description) { on, reason, expected, control };
        command.SetAction((parsed, cancel) =>
        {
            var request = new AssignmentRequest { On = TargetText.Read(parsed.GetRequiredValue(on)), Expected = parsed.GetValue(expected), Reason = parsed.GetRequiredValue(reason) };
            return ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client => ChangeText.Write(await ask(client, request, cancel), CommandOutput.Of(parsed)));
        });
        return command;
    }

    private static Command Assignments()
    {
        Option<string?> control = ControlAccess.Option();
        var command = new Command("assignments", "which version is for whom, and which gateways run it; ends with 1 while one of them does not") { control };
        command.SetAction((parsed, cancel) => ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            bool allApplied = true;
            await foreach (AssignmentEntry entry in client.AssignmentsAsync(cancel))
            {
                GatewayPolicyEntry[] gateways = [.. entry.Gateways ?? []];
                int applied = gateways.Count(gateway => gateway.State == "applied");
                allApplied &= applied == gateways.Length;
                if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(entry, PoliciesJson.Default.AssignmentEntry));
                else output.Data.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TerminalText.Escape(TargetText.Write(entry.On))}  {TerminalText.Escape(entry.Policy ?? "")}@{Short(entry.Version)}  {(gateways.Length == 0 ? "no gateway" : $"applied on {applied} of {gateways.Length}")}  {Time(entry.Time)}  {TerminalText.Escape(entry.Actor)}  {TerminalText.Escape(entry.Reason)}"));
                foreach (GatewayPolicyEntry gateway in output.AsJson ? [] : gateways) Write(gateway, output);
            }
            await foreach (GatewayPolicyEntry gateway in client.GatewaysAsync(cancel))
            {
                if (gateway.State is not ("conflict" or "unassigned")) continue;
                allApplied &= gateway.State != "conflict";
                if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(gateway, PoliciesJson.Default.GatewayPolicyEntry));
                else Write(gateway, output);
            }
            return allApplied ? ExitCode.Done : ExitCode.ExpectationFailed;
        }));
        return command;
    }

    private static Command SecondPerson()
    {
        Argument<string> name = new("CLASS") { Description = "a class of agents" }, onOff = new Argument<string>("SETTING") { Description = "on or off" }.AcceptOnlyFromAmong("on", "off");
        Option<string> reason = ReasonOption();
        Option<string?> control = ControlAccess.Option();
        var command = new Command("second-person", "whether changes that touch a class wait for a second person; off is itself such a change") { name, onOff, reason, control };
        command.SetAction((parsed, cancel) => ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client =>
            ChangeText.Write(await client.GuardAsync(parsed.GetRequiredValue(name), new PolicyClassRequest(parsed.GetRequiredValue(onOff) == "on", parsed.GetRequiredValue(reason)), cancel), CommandOutput.Of(parsed))));
        return command;
    }

    private static void Write(GatewayPolicyEntry gateway, CommandOutput output)
    {
        string windows = gateway.Windows.IsEmpty ? "" : $" with {string.Join(", ", gateway.Windows.Select(TerminalText.Escape))}{(gateway.BreakGlass ? " (BREAK-GLASS)" : "")}";
        output.Data.WriteLine($"  {TerminalText.Escape(gateway.Gateway)}  {gateway.State}  {Short(gateway.BaseVersion)}{windows}  reports {Short(gateway.Reported)}");
        foreach (string problem in gateway.Problems) output.Data.WriteLine("    " + TerminalText.Escape(problem));
    }

    private static Option<string?> ExpectedOption() => new("--expected") { Description = "the version that is assigned now; refused when it is another", HelpName = "VERSION" };

    private static string Short(string? version) => version is null ? "nothing" : TerminalText.Escape(version.Length > 12 ? version[..12] : version);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
