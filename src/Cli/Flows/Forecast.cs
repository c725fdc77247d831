using System.Globalization;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>What would be decided of an attempt that was not made yet: the gateway's own evaluator, asked at each stage, and what to do about the answer.</summary>
internal static class Forecast
{
    /// <summary>Whether what was given is somewhere to go to rather than the id of a record: those have no dots, and no scheme.</summary>
    public static bool IsDestination(string given) =>
        given.Contains("://", StringComparison.Ordinal) || (!given.Contains('/') && (given.Contains('.') || given.Contains(':')));

    /// <summary>Policy and agents from the gateway's document, or as for other commands.</summary>
    public static PolicyInput Input(string? gateway, string? policy, string? agents, string? packs)
    {
        if (gateway is null) return new PolicyInput(policy, agents, packs);
        GatewayResult read = GatewayDocumentLoader.Load(gateway);
        return read.Gateway is { } document
            ? new PolicyInput(policy ?? document.Policy, agents ?? document.Agents, packs ?? document.Packs)
            : throw new CommandFailure(ExitCode.InputWrong, $"--gateway: {ProblemReport.Line(read.Problems.First(problem => problem.Severity == Severity.Error))}");
    }

    public static int Run(string given, string? agent, PolicyInput input, CommandOutput output)
    {
        Destination to = Read(given);
        CompiledPolicy policy = input.Load(output).Compiled;
        int index = agent is null && policy.Agents.Length == 1 ? 0 : policy.FindAgent(agent ?? "");
        if (index < 0)
        {
            string declared = string.Join(", ", policy.Agents.Select(entry => entry.Id));
            throw new CommandFailure(ExitCode.InputWrong, agent is null ? $"why: whose attempt? give --agent ID; declared are {declared}" : $"--agent: there is no agent {TerminalText.Escape(agent)}; declared are {declared}");
        }
        PolicyWalk walk = PolicyWalk.Take(policy, index, to);
        if (output.AsJson) WriteJson(output, policy, index, to, walk);
        else Write(output.Data, policy, index, to, walk);
        return ExitCode.Done;
    }

    private static void Write(TextWriter data, CompiledPolicy policy, int agent, Destination to, PolicyWalk walk)
    {
        data.WriteLine(SentenceOf(policy, agent, to, walk));
        data.WriteLine();
        foreach ((int number, WalkStep step) in walk.Steps.Index())
        {
            string by = step.Decision.Verdict == Verdict.Pending ? "" : $" by {step.Rule}";
            data.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number + 1}. {step.Stage.Text() + ":",-13} {step.Known}: {step.Decision.Verdict.Text()}{by} ({step.Decision.Reason.Text()})"));
            if (step.Would is { } would) data.WriteLine($"                 {would} would decide here, but only monitors");
        }
        data.WriteLine();
        data.WriteLine($"rule:    {walk.Outcome.Rule} ({walk.Outcome.Decision.Reason.Text()}, mode {policy.Agents[agent].EffectiveMode.Text()})");
        data.WriteLine($"policy:  {policy.Version}");
        data.WriteLine($"next:    {NextOf(policy, agent, to)}");
        if (ProposalOf(to, walk) is { } proposal) data.WriteLine(proposal);
    }

    private static string SentenceOf(CompiledPolicy policy, int agent, Destination to, PolicyWalk walk)
    {
        Decision decision = walk.Outcome.Decision;
        bool passes = decision.Verdict == Verdict.Permit, monitored = policy.Agents[agent].EffectiveMode == Mode.Monitor;
        string fate = passes ? "it would be let through" : monitored ? "monitor mode would let it through, where enforce would refuse it" : "it would be refused";
        return $"If agent {policy.Agents[agent].Id} tried {to} now, {fate}: {ReasonSentence.Of(decision.Reason.Text(), walk.Outcome.Rule)}.";
    }

    private static string NextOf(CompiledPolicy policy, int agent, Destination to) =>
        $"{CommandPath.Program} policy explain --agent {CommandWord.Of(policy.Agents[agent].Id)} --to {CommandWord.Of(to.ToString())}";

    // As for a recorded attempt: only for what nobody decided yet, and only with an owner, a reason and an end.
    private static string? ProposalOf(Destination to, PolicyWalk walk) => walk.Outcome.Decision is { Verdict: Verdict.Deny, Reason: Reason.DefaultDeny } && to.Name is { } name
        ? "         If the task needs this name, propose it for review, in a webGroup that a permit rule of this agent uses:\n"
            + $"           - {{name: {name.Text}, owner: WHO, why: WHAT FOR, expires: YYYY-MM-DD}}"
        : null;

    private static void WriteJson(CommandOutput output, CompiledPolicy policy, int agent, Destination to, PolicyWalk walk) => ProblemReport.WriteJson(output, json =>
    {
        json.WriteString("sentence", SentenceOf(policy, agent, to, walk));
        json.WriteString("agent", policy.Agents[agent].Id);
        json.WriteString("to", to.ToString());
        json.WriteString("decision", walk.Outcome.Decision.Verdict.Text());
        json.WriteString("rule", walk.Outcome.Rule);
        json.WriteString("reason", walk.Outcome.Decision.Reason.Text());
        json.WriteString("mode", policy.Agents[agent].EffectiveMode.Text());
        json.WriteString("policy", policy.Version);
        json.WriteStartArray("stages");
        foreach (WalkStep step in walk.Steps)
        {
            json.WriteStartObject();
            json.WriteString("stage", step.Stage.Text());
            json.WriteString("known", step.Known);
            json.WriteString("verdict", step.Decision.Verdict.Text());
            json.WriteString("rule", step.Rule);
            json.WriteString("reason", step.Decision.Reason.Text());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("next", NextOf(policy, agent, to));
    });

    // A path is nothing that a rule knows without decryption; plain HTTP is TCP to port 80 until its first request is read.
    private static Destination Read(string given)
    {
        string text = given.Contains("://", StringComparison.Ordinal) ? given : "https://" + given;
        int scheme = text.IndexOf("://", StringComparison.Ordinal) + 3, path = text.IndexOfAny(['/', '?', '#'], scheme);
        if (path >= 0) text = text[..path];
        if (text.StartsWith("http://", StringComparison.Ordinal) && !DestinationText.TryParse(text, null, null, out _, out _))
            text = "tcp://" + text[scheme..] + (text.LastIndexOf(':') > text.LastIndexOf(']') && text.LastIndexOf(':') > scheme ? "" : ":80");
        return DestinationText.TryParse(text, null, null, out Destination? destination, out DestinationProblem? problem)
            ? destination
            : throw new CommandFailure(ExitCode.InputWrong, $"why: {problem.What}; {problem.Remedy}");
    }
}
