namespace Exeat.Policy;

/// <summary>Says of each rule what became of it, from the attempts that are decided differently.</summary>
internal static class RuleChanges
{
    public static IEnumerable<RuleChange> Of(Policy first, Policy second, IReadOnlyList<PolicyDifference> differences)
    {
        HashSet<string> before = [.. first.Rules.Select(rule => rule.Name)], after = [.. second.Rules.Select(rule => rule.Name)];
        var changes = new List<RuleChange>();
        bool anyAnswered = differences.Any(IsAnswered);
        foreach (PolicyDifference difference in differences.Where(difference => !difference.IsAnswer && (IsAnswered(difference) || !anyAnswered)))
        {
            // What permits it now, or denies it now, has grown; what denied or permitted it has shrunk.
            Grow(difference.SecondRule, before);
            Shrink(difference.FirstRule, after);
        }
        HashSet<string> named = [.. changes.Select(change => change.Rule)];
        IEnumerable<string> idle = [.. before.Except(after), .. after.Except(before)];
        return changes.Distinct().OrderBy(change => change.Kind).ThenBy(change => change.Rule, StringComparer.Ordinal)
            .Concat(idle.Where(rule => !named.Contains(rule)).Order(StringComparer.Ordinal).Select(rule => new RuleChange(rule, RuleChangeKind.WithoutEffect)));

        void Grow(string rule, HashSet<string> there)
        {
            if (!IsBuiltIn(rule)) changes.Add(new RuleChange(rule, there.Contains(rule) ? RuleChangeKind.Widened : RuleChangeKind.Added));
            else if (rule == "default-permit") changes.Add(new RuleChange(rule, RuleChangeKind.Widened));
        }

        void Shrink(string rule, HashSet<string> still)
        {
            if (!IsBuiltIn(rule)) changes.Add(new RuleChange(rule, still.Contains(rule) ? RuleChangeKind.Narrowed : RuleChangeKind.Removed));
            else if (rule == "default-permit") changes.Add(new RuleChange(rule, RuleChangeKind.Narrowed));
        }
    }

    // What a resolver never releases says little of a rule, as long as there is something else to say.
    private static bool IsAnswered(PolicyDifference difference) => difference.Examples.Any(example => example.IsAnswered);

    private static bool IsBuiltIn(string rule) => rule is "default-deny" or "default-permit" or "quarantine";
}
