using System.CommandLine;
using System.Text;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat why</c>: one recorded attempt, or one that was not made yet, explained in a sentence, with the rule, what was proven, and how to go on.</summary>
internal static class WhyCommand
{
    private const int ShortestPrefix = 8;

    public static Command Create()
    {
        Argument<string?> id = new("ID") { Description = "a denial id, a flow id (or its beginning), an event id; or what was not tried yet: a URL, HOST or HOST:PORT", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> last = new("--last") { Description = "the last attempt that was refused, or would have been" };
        Option<string?> agent = new("--agent") { Description = "with --last: of this agent; with a URL: the agent that would try it", HelpName = "ID" };
        Option<string?> journal = JournalOption.Create(), control = ControlOption.Create();
        Option<string?> policy = PolicyInput.PolicyOption(), agents = PolicyInput.AgentsOption(), packs = PolicyInput.PacksOption();
        Option<string?> gateway = new("--gateway") { Description = "with a URL: the gateway's document, which names policy and agents", HelpName = "FILE" };
        var command = new Command("why", "explain one recorded attempt, or what would be decided of one") { id, last, agent, journal, control, policy, agents, packs, gateway };
        command.Validators.Add(result =>
        {
            if (result.GetValue(id) is null == !result.GetValue(last)) result.AddError("give either an ID or --last");
        });
        ControlOption.RefuseBoth(command, journal, control);
        command.SetAction(async (parsed, cancel) => ControlOption.IsGiven(parsed, control) ? await RunAsync(parsed.GetValue(id), parsed.GetValue(agent), ControlOption.Open(parsed, control), CommandOutput.Of(parsed), cancel)
            : parsed.GetValue(id) is { } given && Forecast.IsDestination(given)
            ? Forecast.Run(given, parsed.GetValue(agent), Forecast.Input(parsed.GetValue(gateway), parsed.GetValue(policy), parsed.GetValue(agents), parsed.GetValue(packs)), CommandOutput.Of(parsed))
            : Run(parsed.GetValue(id), parsed.GetValue(agent), parsed.GetValue(journal), JournalOption.Open(parsed.GetValue(journal)), CommandOutput.Of(parsed)));
        return command;
    }

    private static int Run(string? id, string? agent, string? journal, JournalReader reader, CommandOutput output)
    {
        IReadOnlyList<FlowSummary> flows = FlowFold.Fold(reader.Read());
        FlowSummary? flow = id is null ? flows.LastOrDefault(f => f.Decision.Verdict == "deny" && (agent is null || f.Decision.Agent == agent)) : Find(flows, id);
        JournalOption.TellCorrupt(reader, output);
        if (flow is null)
        {
            if (id is not null) throw new CommandFailure(ExitCode.InputWrong, $"why: no record has the id '{id}'; exeat flows query lists what is recorded");
            output.Tell(agent is null ? "Nothing was refused." : $"Nothing was refused to {agent}.");
            return ExitCode.Done;
        }
        var explanation = FlowExplanation.Of(flow, CommandPath.Program, journal is null ? "" : "--journal " + CommandWord.Of(journal));
        FlowExplanationText.Write(explanation, output);
        if (explanation.NeedsPolicy && PolicyInput.Unset is { Length: > 0 } unset)
            output.Tell($"why: the command under 'next' judges by the gateway's policy and agents; name them first: export {unset}");
        return ExitCode.Done;
    }

    private static async Task<int> RunAsync(string? id, string? agent, ControlFlows control, CommandOutput output, CancellationToken cancel)
    {
        if (id is null)
        {
            Page<FlowForm> last = await control.Api.ListAsync(new FlowFilterForm { Agents = agent is null ? null : [agent], Verdicts = ["deny", "would-deny"] }, 1, null, cancel);
            if (last.Items.Count == 0)
            {
                output.Tell(agent is null ? "Nothing was refused." : $"Nothing was refused to {agent}.");
                return ExitCode.Done;
            }
            id = last.Items[0].Flow ?? last.Items[0].Event;
        }
        FlowDetail found = await control.Api.FindAsync(id, cancel);
        if (output.AsJson)
        {
            output.Data.WriteLine(JsonSerializer.Serialize(found, FlowsJson.Default.FlowDetail));
            return ExitCode.Done;
        }
        // Explained here: the words and the command to go on with are those of this release. Without the events, by the fold that control made.
        var lines = new EventLines();
        FlowEvent[] events = [.. found.Events.Select(one => lines.TryRead(Encoding.UTF8.GetBytes(one.GetRawText()), out FlowEvent? read) ? read : null).OfType<FlowEvent>()];
        FlowExplanationText.Write(FlowExplanation.Of(events.Length > 0 ? FlowFold.Fold(events)[0] : found.Flow.ToSummary(), CommandPath.Program, "--control"), output);
        return ExitCode.Done;
    }

    private static FlowSummary? Find(IReadOnlyList<FlowSummary> flows, string id)
    {
        string lower = id.ToLowerInvariant();
        FlowSummary? exact = flows.LastOrDefault(flow => flow.Denial == lower || flow.Flow == lower) ?? flows.LastOrDefault(flow => flow.Events.Any(e => e.Id == id));
        if (exact is not null || lower.Length < ShortestPrefix) return exact;
        List<FlowSummary> begun = [.. flows.Where(flow => flow.Flow?.StartsWith(lower, StringComparison.Ordinal) == true).Take(2)];
        return begun.Count == 2 ? throw new CommandFailure(ExitCode.InputWrong, $"why: several flows begin with '{id}'; give more of it") : begun.FirstOrDefault();
    }
}
