using System.Globalization;
using System.Text.Json;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat policy explain</c>: an imagined attempt through its stages, with every rule considered.</summary>
internal static class PolicyExplanation
{
    public static int Run(PolicyInput input, string agent, Destination to, CommandOutput output)
    {
        CompiledPolicy policy = input.Load(output).Compiled;
        int index = policy.FindAgent(agent);
        if (index < 0)
            throw new CommandFailure(ExitCode.InputWrong, $"--agent: there is no agent {TerminalText.Escape(agent)}; declared are {string.Join(", ", policy.Agents.Select(entry => entry.Id))}");
        PolicyWalk walk = PolicyWalk.Take(policy, index, to, explain: true);
        if (output.AsJson) WriteJson(output, policy, index, to, walk);
        else Write(output.Data, policy, index, to, walk);
        return ExitCode.Done;
    }

    private static void Write(TextWriter data, CompiledPolicy policy, int agent, Destination to, PolicyWalk walk)
    {
        WalkStep outcome = walk.Outcome;
        Mode mode = policy.Agents[agent].EffectiveMode;
        data.WriteLine($"{policy.Agents[agent].Id} to {to}: {Words(outcome)}");
        bool letsPass = mode == Mode.Monitor && outcome.Decision.Verdict != Verdict.Permit;
        data.WriteLine($"mode {mode.Text()}{(letsPass ? ": recorded as would deny, and let through" : "")}; policy {policy.Version}");
        foreach ((int number, WalkStep step) in walk.Steps.Index())
        {
            data.WriteLine();
            data.WriteLine($"{number + 1}. {step.Stage.Text()}: {step.Known}: {Words(step)}");
            if (step.Would is { } would) data.WriteLine($"   {would} would decide here, but only monitors");
            int width = step.Findings.Select(finding => finding.Name.Length).DefaultIfEmpty().Max();
            foreach (RuleFinding finding in step.Findings)
            {
                string priority = finding.Rule > 0 ? policy.Rules[finding.Rule - 1].Priority.ToString(CultureInfo.InvariantCulture) : "-";
                string mark = finding.Decides ? ">" : " ";
                string monitors = finding.Mode == RuleMode.Monitor ? " (monitors only)" : "";
                data.WriteLine($" {mark} {priority,7} {finding.Name.PadRight(width)} {Action(finding),-6} {finding.Text}{monitors}");
            }
        }
    }

    private static string Action(RuleFinding finding) => finding.Action == RuleAction.Permit ? "permit" : "deny";

    private static string Words(WalkStep step)
    {
        string proof = step.Decision.Verdict == Verdict.Permit && step.Stage != Stage.Dns ? $", proven by {step.Decision.Proof.Text()}" : "";
        string by = step.Decision.Verdict == Verdict.Pending ? "" : $" by {step.Rule}";
        return $"{step.Decision.Verdict.Text()}{by} ({step.Decision.Reason.Text()}{proof})";
    }

    private static void WriteJson(CommandOutput output, CompiledPolicy policy, int agent, Destination to, PolicyWalk walk) => ProblemReport.WriteJson(output, json =>
    {
        WalkStep outcome = walk.Outcome;
        json.WriteString("agent", policy.Agents[agent].Id);
        json.WriteString("to", to.ToString());
        json.WriteString("mode", policy.Agents[agent].EffectiveMode.Text());
        json.WriteString("policy", policy.Version);
        WriteDecision(json, outcome);
        json.WriteStartArray("steps");
        foreach (WalkStep step in walk.Steps)
        {
            json.WriteStartObject();
            json.WriteString("stage", step.Stage.Text());
            json.WriteString("known", step.Known);
            WriteDecision(json, step);
            json.WriteString("would", step.Would);
            json.WriteStartArray("rules");
            foreach (RuleFinding finding in step.Findings) WriteFinding(json, policy, finding);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static void WriteDecision(Utf8JsonWriter json, WalkStep step)
    {
        json.WriteString("verdict", step.Decision.Verdict.Text());
        json.WriteString("rule", step.Rule);
        json.WriteString("reason", step.Decision.Reason.Text());
        json.WriteString("proof", step.Decision.Proof.Text());
    }

    private static void WriteFinding(Utf8JsonWriter json, CompiledPolicy policy, RuleFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("rule", finding.Name);
        if (finding.Rule > 0) json.WriteNumber("priority", policy.Rules[finding.Rule - 1].Priority);
        json.WriteString("action", Action(finding));
        json.WriteString("finding", finding.Finding.ToString());
        json.WriteString("text", finding.Text);
        json.WriteBoolean("decides", finding.Decides);
        json.WriteEndObject();
    }
}
