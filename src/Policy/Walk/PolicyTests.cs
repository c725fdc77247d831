using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Runs the tests that are written in a policy.</summary>
public static class PolicyTests
{
    /// <summary>Runs all tests for these agents, as of this moment.</summary>
    public static ImmutableArray<PolicyTestOutcome> Run(Policy policy, AgentsDocument agents, DateTimeOffset now)
    {
        CompiledPolicy compiled = CompiledPolicy.Compile(policy, agents, now);
        return [.. policy.Tests.Select(test => Run(compiled, test))];
    }

    private static PolicyTestOutcome Run(CompiledPolicy policy, PolicyTest test)
    {
        Problem Wrong(string what, string remedy) => new(test.Where.File, test.Where.Line, test.Where.Column, Severity.Error, what, remedy);

        int agent = policy.FindAgent(test.Agent);
        if (agent < 0)
        {
            string[] known = [.. policy.Agents.Select(entry => entry.Id)];
            return new PolicyTestOutcome(test, null, Wrong($"the test's agent {test.Agent} is not declared", Nearest.Remedy(test.Agent, known)));
        }
        PolicyWalk walk = PolicyWalk.Take(policy, agent, test.To);
        WalkStep outcome = walk.Outcome;
        bool isPermit = outcome.Decision.Verdict == Verdict.Permit;
        if (isPermit == (test.Expect == RuleAction.Permit) && (test.Rule is null || test.Rule == outcome.Rule)) return new PolicyTestOutcome(test, walk, null);
        string expected = Words(test.Expect == RuleAction.Permit, test.Rule), got = Words(isPermit, outcome.Rule);
        return new PolicyTestOutcome(test, walk, Wrong($"{test.Agent} to {test.To}: expected {expected}, got {got} ({outcome.Decision.Reason.Text()}, at {outcome.Known})",
            $"correct the rules or the test; exeat policy explain --agent {test.Agent} --to {test.To} shows each rule"));
    }

    private static string Words(bool isPermit, string? rule) => (isPermit ? "permit" : "deny") + (rule is null ? "" : " by " + rule);
}
