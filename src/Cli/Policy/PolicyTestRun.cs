using System.Collections.Immutable;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat policy test</c>.</summary>
internal static class PolicyTestRun
{
    public static int Run(PolicyInput input, CommandOutput output)
    {
        (Policy.Policy policy, AgentsDocument agents, _) = input.Load(output);
        ImmutableArray<PolicyTestOutcome> outcomes = PolicyTests.Run(policy, agents, TimeProvider.System.GetUtcNow());
        int failed = outcomes.Count(outcome => !outcome.Held);
        if (output.AsJson) WriteJson(output, policy, outcomes, failed);
        else foreach (PolicyTestOutcome outcome in outcomes) output.Data.WriteLine(Line(outcome));
        output.Tell($"{outcomes.Length - failed} tests held, {failed} failed");
        if (outcomes.IsEmpty) output.Tell("the policy has no tests; write tests: [{agent: ID, to: \"https://HOST\", expect: permit by RULE}]", LogLevel.Warning);
        return failed > 0 ? ExitCode.ExpectationFailed : ExitCode.Done;
    }

    private static string Line(PolicyTestOutcome outcome) => outcome.Problem is { } problem
        ? "FAILED " + ProblemReport.Line(problem)
        : $"held   {outcome.Test.Where}: {outcome.Test.Agent} to {outcome.Test.To}: {outcome.Walk!.Outcome.Decision.Verdict.Text()} by {outcome.Walk.Outcome.Rule}";

    private static void WriteJson(CommandOutput output, Policy.Policy policy, ImmutableArray<PolicyTestOutcome> outcomes, int failed) => ProblemReport.WriteJson(output, json =>
    {
        json.WriteBoolean("held", failed == 0);
        json.WriteString("version", policy.Version);
        json.WriteStartArray("tests");
        foreach (PolicyTestOutcome outcome in outcomes)
        {
            json.WriteStartObject();
            json.WriteBoolean("held", outcome.Held);
            json.WriteString("file", outcome.Test.Where.File);
            json.WriteNumber("line", outcome.Test.Where.Line);
            json.WriteString("agent", outcome.Test.Agent);
            json.WriteString("to", outcome.Test.To.ToString());
            json.WriteString("verdict", outcome.Walk?.Outcome.Decision.Verdict.Text());
            json.WriteString("rule", outcome.Walk?.Outcome.Rule);
            json.WriteString("reason", outcome.Walk?.Outcome.Decision.Reason.Text());
            json.WriteString("what", outcome.Problem?.What);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
