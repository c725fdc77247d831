using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat policy check</c>.</summary>
internal static class PolicyCheck
{
    public static int Run(string path, string? agentsPath, string? packs, bool strictExpiry, CommandOutput output)
    {
        LoadResult loaded = PolicyLoader.Load(path, PolicyInput.Options(packs) with { StrictExpiry = strictExpiry });
        List<Problem> problems = [.. loaded.Problems];
        ImmutableArray<PolicyTestOutcome> outcomes = [];
        if (agentsPath is not null)
        {
            AgentsResult agents = AgentsLoader.Load(agentsPath);
            problems.AddRange(agents.Problems);
            if (loaded.Policy is { } policy && agents.Agents is { } document) outcomes = PolicyTests.Run(policy, document, TimeProvider.System.GetUtcNow());
        }
        bool isWrong = problems.Any(problem => problem.Severity == Severity.Error);
        Problem[] failures = [.. outcomes.Select(outcome => outcome.Problem).OfType<Problem>()];
        ImmutableArray<Problem> all = [.. problems, .. failures];
        if (output.AsJson)
        {
            ProblemReport.WriteJson(output, !isWrong && failures.Length == 0, all, json =>
            {
                json.WriteString("version", loaded.Policy?.Version);
                json.WriteNumber("rules", loaded.Policy?.Rules.Length ?? 0);
                json.WriteNumber("testsHeld", outcomes.Length - failures.Length);
                json.WriteNumber("testsFailed", failures.Length);
            });
        }
        else
        {
            ProblemReport.Write(output, all);
        }
        output.Tell(ProblemReport.Summary([.. problems], Summary(loaded.Policy, agentsPath, outcomes.Length - failures.Length, failures.Length)));
        return isWrong ? ExitCode.InputWrong : failures.Length > 0 ? ExitCode.ExpectationFailed : ExitCode.Done;
    }

    private static string? Summary(Policy.Policy? policy, string? agents, int held, int failed)
    {
        if (policy is null) return null;
        string tests = agents is not null ? $"{Count(held, "test")} held, {failed} failed" : policy.Tests.IsEmpty ? "no tests" : $"{Count(policy.Tests.Length, "test")} not run (give --agents FILE)";
        return $"{Count(policy.Rules.Length, "rule")}, {tests}, version {policy.Version}";
    }

    private static string Count(int number, string thing) => number == 1 ? $"1 {thing}" : $"{number} {thing}s";
}
