using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat monitor</c> and <c>exeat break-glass</c>: what is looser for a stated time.</summary>
internal static class WindowCommands
{
    public static IEnumerable<Command> All() =>
    [
        new Command("monitor", "agents in monitor for a stated time, at most 7 days") { Start(false), List(false), End(false) },
        new Command("break-glass", "a permit after all other rules for at most 60 minutes; it overrides no deny") { Start(true), List(true), End(true) },
    ];

    private static Command Start(bool glass)
    {
        Option<string[]> classes = Many("--class", "a class of agents it is for", "CLASS"), agents = Many("--agent", "an agent it is for", "ID"), gateways = Many("--gateway", "only on this gateway (default: on all)", "ID");
        Option<string[]> names = Many("--name", "a name or pattern that is permitted", "NAME"), cidrs = Many("--cidr", "a prefix that is permitted; with --name both are needed", "PREFIX");
        Option<int[]> ports = new("--port") { Description = "a destination port", HelpName = "PORT" };
        Option<string> protocol = new Option<string>("--protocol") { Description = "tcp or udp", DefaultValueFactory = _ => "tcp" }.AcceptOnlyFromAmong("tcp", "udp"), reason = VersionCommands.ReasonOption();
        Option<int> minutes = new("--minutes") { Description = glass ? "how long, 1 to 60" : "how long, 1 to 10080 (7 days)", HelpName = "N", Required = true };
        Option<string?> control = ControlAccess.Option();
        var command = new Command("start", glass ? "permit something for some minutes" : "let everything pass, recorded, for some time") { classes, agents, gateways, minutes, reason, control };
        if (glass) foreach (Option option in (Option[])[names, cidrs, ports, protocol]) command.Add(option);
        command.SetAction((parsed, cancel) =>
        {
            var request = new PolicyWindowRequest
            {
                Classes = [.. parsed.GetValue(classes) ?? []],
                Agents = [.. parsed.GetValue(agents) ?? []],
                Gateways = [.. parsed.GetValue(gateways) ?? []],
                Names = [.. glass ? parsed.GetValue(names) ?? [] : []],
                Cidrs = [.. glass ? parsed.GetValue(cidrs) ?? [] : []],
                Ports = [.. glass ? parsed.GetValue(ports) ?? [] : []],
                Protocol = glass ? parsed.GetRequiredValue(protocol) : "tcp",
                Minutes = parsed.GetValue(minutes),
                Reason = parsed.GetRequiredValue(reason),
            };
            return ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client => ChangeText.Write(await client.OpenAsync(glass, request, cancel), CommandOutput.Of(parsed)));
        });
        return command;
    }

    private static Command List(bool glass)
    {
        Option<bool> all = new("--all") { Description = "those that are over too" };
        Option<string?> control = ControlAccess.Option();
        var command = new Command("list", "what is open, newest first") { all, control };
        command.SetAction((parsed, cancel) => ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            await foreach (PolicyWindowEntry entry in client.WindowsAsync(glass, cancel))
            {
                if (!entry.Active && !parsed.GetValue(all)) continue;
                output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(entry, PoliciesJson.Default.PolicyWindowEntry) : Line(entry));
            }
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command End(bool glass)
    {
        Argument<string> id = new("ID") { Description = "the id that list shows" };
        Option<string> reason = VersionCommands.ReasonOption();
        Option<string?> control = ControlAccess.Option();
        var command = new Command("end", "end it now") { id, reason, control };
        command.SetAction((parsed, cancel) => ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client =>
        {
            await client.EndAsync(glass, parsed.GetRequiredValue(id), new ReasonRequest(parsed.GetRequiredValue(reason)), cancel);
            CommandOutput.Of(parsed).Tell("ended");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Option<string[]> Many(string name, string description, string help) => new(name) { Description = description, HelpName = help };

    /// <summary>A window in one line.</summary>
    public static string Line(PolicyWindowEntry entry)
    {
        PolicyWindowRequest request = entry.Request;
        string to = request.Names.IsEmpty && request.Cidrs.IsEmpty ? "" : $"  to {string.Join(", ", request.Names.Concat(request.Cidrs))} {request.Protocol} {string.Join(", ", request.Ports)}";
        string until = (entry.Ended ?? entry.Ends).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return TerminalText.Escape($"{entry.Id}  {(entry.Active ? "open until" : "over since")} {until}  {string.Join(", ", request.Classes.Concat(request.Agents))}{to}  {entry.Actor}  {request.Reason}");
    }
}
