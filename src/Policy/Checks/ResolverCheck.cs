using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Whether agents may ask the resolvers that their gateway intercepts: port 53 is a destination like any other, and without it every name is refused. Policy alone does not know the addresses.</summary>
public static class ResolverCheck
{
    private const byte Udp = 17;
    private const int MostNamed = 5;

    /// <summary>A warning for each intercepted address that agents may not ask, of a policy that permits them names.</summary>
    /// <param name="file">The gateway document, for the place of the problem.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="agents">Who is behind the gateway.</param>
    /// <param name="resolvers">What the gateway intercepts.</param>
    /// <param name="now">What is expired by then does not count.</param>
    public static IEnumerable<Problem> Look(string file, Policy policy, AgentsDocument agents, ImmutableArray<Address> resolvers, DateTimeOffset now)
    {
        if (!policy.Rules.Any(rule => rule is { Action: RuleAction.Permit, Mode: not RuleMode.Off } && (rule.StatesNames || !rule.Resolve.IsEmpty) && !rule.IsExpired(now) && policy.CanMatch(rule))) yield break;
        CompiledPolicy compiled = CompiledPolicy.Compile(policy, agents, now);
        foreach (Address resolver in resolvers)
        {
            string[] refused = [.. compiled.Agents.Where((agent, index) => !agent.Quarantined && ResolverAttempt.Decide(compiled, index, Udp, resolver, default, out _).Verdict == Verdict.Deny).Select(agent => agent.Id)];
            if (refused.Length == 0) continue;
            string who = refused.Length <= MostNamed ? string.Join(", ", refused) : $"{string.Join(", ", refused.Take(MostNamed))} and {refused.Length - MostNamed} more";
            yield return new Problem(file, 0, 0, Severity.Warning, $"policy denies {who} the resolver {resolver}, which this gateway intercepts: where it is enforced, every name is refused to them", "permit UDP and TCP 53 to that address (in packs: the parameter resolvers)");
        }
    }
}
