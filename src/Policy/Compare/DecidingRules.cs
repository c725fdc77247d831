namespace Exeat.Policy;

/// <summary>Finds the rules that some attempt is decided by; every other rule is shadowed by those before it together, or speaks of nobody.</summary>
public static class DecidingRules
{
    /// <summary>The indexes in <see cref="CompiledPolicy.Rules"/>.</summary>
    /// <param name="policy">The policy, with its agents.</param>
    /// <param name="isExact">False: there were too many names or patterns to visit all, and a rule may be missing.</param>
    public static IReadOnlySet<int> Of(CompiledPolicy policy, out bool isExact)
    {
        var deciding = new HashSet<int>();
        var space = new DecisionSpace(policy, policy);
        isExact = space.IsExact;
        foreach (int[] agents in space.AgentGroups)
        {
            foreach ((Probe probe, _) in space.Probes(agents[0]))
            {
                // At a question a deny may be named for what it takes from a permit; that it decides is for the hello to show.
                Decision decision = probe.Decide(policy);
                if (decision.Rule > 0 && (probe.Stage != Stage.Dns || decision.Verdict == Verdict.Permit)) deciding.Add(decision.Rule - 1);
            }
        }
        return deciding;
    }
}
