using System.CommandLine;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat preflight</c>: whether this machine can be a gateway, before there are agents and while it is one.</summary>
internal static class PreflightCommand
{
    public static Command Create()
    {
        Option<string?> config = new("--config") { Description = "the gateway document; without it only what holds for every gateway is checked", HelpName = "FILE" };
        var command = new Command("preflight", "whether this machine can be a gateway: kernel, settings, interfaces, other firewalls") { config };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(config), CommandOutput.Of(parsed), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string? config, CommandOutput output, CancellationToken cancel)
    {
        GatewayDocument? gateway = config is null ? null : GatewaySocket.Document(config);
        List<Check> checks = await LookAsync(gateway, cancel);
        int failed = checks.Count(c => c.Outcome == Outcome.Fail), unknown = checks.Count(c => c.Outcome == Outcome.Unknown), warned = checks.Count(c => c.Outcome == Outcome.Warn);
        int status = unknown > 0 ? ExitCode.EnvironmentLacks : failed > 0 ? ExitCode.ExpectationFailed : ExitCode.Done;
        if (output.AsJson) WriteJson(output, checks, status);
        else
        {
            foreach (Check check in checks)
            {
                output.Data.WriteLine($"{check.Word,-7} {TerminalText.Escape(check.Name)}: {TerminalText.Escape(check.Found)}");
                if (check.Outcome != Outcome.Ok && check.Remedy.Length > 0) output.Data.WriteLine($"        → {TerminalText.Escape(check.Remedy)}");
            }
            output.Tell($"{checks.Count} checks: {failed} fail, {warned} warn, {checks.Count - failed - unknown - warned} ok{(unknown > 0 ? $"; {unknown} could not be looked at" : "")}");
        }
        return status;
    }

    /// <summary>Every check that the document allows, in the order of the report.</summary>
    internal static async Task<List<Check>> LookAsync(GatewayDocument? gateway, CancellationToken cancel)
    {
        AgentsDocument? agents = gateway is null || !(File.Exists(gateway.Agents) || Directory.Exists(gateway.Agents)) ? null : AgentsLoader.LoadAttached(gateway.Agents).Agents;
        var ground = new Ground(gateway, agents);
        List<Check> checks = [.. KernelChecks.All()];
        var ruleset = RulesetChecks.All(ground);
        checks.AddRange(SettingChecks.All(ground, ruleset?.GatewayRuns ?? false));
        checks.AddRange(LinkChecks.All(ground));
        checks.AddRange(RouteChecks.All(ground));
        checks.AddRange(ruleset?.Checks ?? [new Check("ruleset", Outcome.Unknown, "cannot be looked at", "run as root, or with CAP_NET_ADMIN; install libnftables1")]);
        checks.AddRange(MachineChecks.All(ground));
        if (gateway is not null) checks.AddRange(await ResolverChecks.AllAsync(gateway, cancel));
        return checks;
    }

    private static void WriteJson(CommandOutput output, List<Check> checks, int status) => ProblemReport.WriteJson(output, json =>
    {
        json.WriteNumber("v", 1);
        json.WriteNumber("status", status);
        json.WriteStartArray("checks");
        foreach (Check check in checks)
        {
            json.WriteStartObject();
            json.WriteString("name", check.Name);
            json.WriteString("outcome", check.Word);
            json.WriteString("found", check.Found);
            if (check.Outcome != Outcome.Ok) json.WriteString("remedy", check.Remedy);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
