namespace Exeat.Policy;

/// <summary>Finds rules that can never decide, because one earlier rule decides everything they match. (Several earlier rules together are not looked for.)</summary>
internal static class ShadowCheck
{
    public static void Run(Policy policy, DateTimeOffset now, ProblemList problems)
    {
        var cover = new RuleCover(policy, now);
        for (int i = 1; i < policy.Rules.Length; i++)
        {
            Rule later = policy.Rules[i];
            // A rule with resolve: also makes names resolvable, whatever becomes of its flows.
            if (later.Mode == RuleMode.Off || later.IsExpired(now) || !later.Resolve.IsEmpty || !policy.CanMatch(later)) continue;
            for (int j = 0; j < i; j++)
            {
                Rule earlier = policy.Rules[j];
                if (earlier.Mode != RuleMode.Enforce || earlier.IsExpired(now) || !policy.CanMatch(earlier) || !cover.Covers(earlier, later)) continue;
                problems.Error(later.Where, $"the rule {later.Name} is shadowed: {earlier.Name} (priority {earlier.Priority}, {earlier.Where}) decides everything it matches",
                    "take it out, give it a lower priority number, or narrow the other");
                break;
            }
        }
    }
}
