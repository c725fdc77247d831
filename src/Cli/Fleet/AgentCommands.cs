using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary>The live verbs of <c>exeat agents</c>, which control carries out: list, quarantine, release, show, set.</summary>
internal static class AgentCommands
{
    public static void AddTo(Command agents)
    {
        foreach (Command verb in (Command[])[List(), Change("quarantine", "cut an agent off: everything that it tries is denied, live flows end within a second"), Change("release", "let an agent go"), Show(), Set()]) agents.Add(verb);
        HelpWithExamples.Give(agents, "exeat agents check agents.yaml", "exeat agents list --quarantined", "exeat agents quarantine coding-1 --reason \"asks for strange names\"");
    }

    private static Command List()
    {
        Option<string?> gateway = new("--gateway") { Description = "only those of one gateway" };
        Option<bool> quarantined = new("--quarantined") { Description = "only those that are quarantined" };
        var command = new Command("list", "the agents of all gateways of control") { gateway, quarantined };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            string filter = (parsed.GetValue(gateway) is { } only ? $"&gateway={Uri.EscapeDataString(only)}" : "") + (parsed.GetValue(quarantined) ? "&quarantined=true" : "");
            for (string? cursor = ""; cursor is not null;)
            {
                Page<AgentSummary> page = await client.GetAsync($"agents?cursor={cursor}{filter}", FleetJson.Default.PageAgentSummary, cancel).ConfigureAwait(false);
                foreach (AgentSummary agent in page.Items) output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(agent, FleetJson.Default.AgentSummary) : Line(agent));
                cursor = page.Next;
            }
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Change(string verb, string description)
    {
        Argument<string> id = new("ID") { Description = "the agent's id" };
        Option<string> reason = GatewaysCommand.ReasonOption();
        Option<string?> gateway = new("--gateway") { Description = "on one gateway; without it on every one that has an agent of this id" };
        var command = new Command(verb, description) { id, reason, gateway };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            await client.SendAsync(HttpMethod.Post, $"agents/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/{verb}", new QuarantineRequest(parsed.GetRequiredValue(reason), parsed.GetValue(gateway)), FleetJson.Default.QuarantineRequest, cancel).ConfigureAwait(false);
            output.Tell(verb == "release" ? "released" : "quarantined; exeat agents list says when the gateway has it");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Show()
    {
        Argument<string> gateway = new("GATEWAY") { Description = "the gateway's id" };
        var command = new Command("show", "a gateway's agents document, as it was written") { gateway };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            AgentsDocumentVersion version = await client.GetAsync(GatewaysCommand.PathOf(parsed.GetRequiredValue(gateway)) + "/agents", FleetJson.Default.AgentsDocumentVersion, cancel).ConfigureAwait(false);
            if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(version, FleetJson.Default.AgentsDocumentVersion));
            else output.Data.Write(version.Document);
            output.Tell(string.Create(CultureInfo.InvariantCulture, $"version {version.Version} by {TerminalText.Escape(version.Author)}, {version.Created:yyyy-MM-dd HH:mm:ss}Z: {TerminalText.Escape(version.Message)}"));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Set()
    {
        Argument<string> gateway = new("GATEWAY") { Description = "the gateway's id" }, file = new("FILE") { Description = "the agents document" };
        Option<string> message = new("--message", "-m") { Description = "what changes, for those who come after", Required = true };
        var command = new Command("set", "give a gateway another agents document; quarantines stay") { gateway, file, message };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            AgentsDocumentVersion version = await client.SendAsync(HttpMethod.Put, GatewaysCommand.PathOf(parsed.GetRequiredValue(gateway)) + "/agents", new AgentsUpload(Read(parsed.GetRequiredValue(file)), parsed.GetRequiredValue(message)),
                FleetJson.Default.AgentsUpload, FleetJson.Default.AgentsDocumentVersion, cancel).ConfigureAwait(false);
            output.Tell(version.Approval is { } approval ? $"it waits for a second person: exeat approvals show {TerminalText.Escape(approval)}" : $"version {version.Version}");
            return ExitCode.Done;
        }));
        return command;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.InputWrong, $"{file} cannot be read: {e.Message}");
        }
    }

    private static string Line(AgentSummary agent)
    {
        string quarantine = !agent.Quarantined ? "" : agent.QuarantinedByDocument ? "  QUARANTINED by its document" : $"  QUARANTINED by {TerminalText.Escape(agent.By)}: {TerminalText.Escape(agent.Reason)}";
        return $"{TerminalText.Escape(agent.Gateway)}  {TerminalText.Escape(agent.Id)}  {(agent.Class.Length > 0 ? TerminalText.Escape(agent.Class) : "no class")}  {string.Join(' ', agent.Addresses.Select(TerminalText.Escape))}{(agent.Applied ? "" : "  NOT APPLIED")}{quarantine}";
    }
}
