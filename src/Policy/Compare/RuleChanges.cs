namespace Exeat.Policy;

/// <summary>Says of each rule what became of it, from the attempts that are decided differently.</summary>
internal static class RuleChanges
{
    public static IEnumerable<RuleChange> Of(Policy first, Policy second, IReadOnlyList<PolicyDifference> differences)
    {
        Dictionary<string, string> before = first.Rules.ToDictionary(rule => rule.Name, rule => RuleContent.Of(first, rule)), after = second.Rules.ToDictionary(rule => rule.Name, rule => RuleContent.Of(second, rule));
        var changes = new List<RuleChange>();
        bool anyAnswered = differences.Any(IsAnswered);
        foreach (PolicyDifference difference in differences.Where(difference => !difference.IsAnswer && (IsAnswered(difference) || !anyAnswered)))
        {
            // Of two rules, the one that says something else than before is to be named; both, when only their order has changed.
            bool grown = IsOther(difference.SecondRule), shrunk = IsOther(difference.FirstRule);
            if (grown || !shrunk) Note(difference.SecondRule, before, RuleChangeKind.Widened, RuleChangeKind.Added);
            if (shrunk || !grown) Note(difference.FirstRule, after, RuleChangeKind.Narrowed, RuleChangeKind.Removed);
        }
        HashSet<string> named = [.. changes.Select(change => change.Rule)];
        IEnumerable<string> idle = [.. before.Keys.Except(after.Keys), .. after.Keys.Except(before.Keys)];
        return changes.Distinct().OrderBy(change => change.Kind).ThenBy(change => change.Rule, StringComparer.Ordinal)
            .Concat(idle.Where(rule => !named.Contains(rule)).Order(StringComparer.Ordinal).Select(rule => new RuleChange(rule, RuleChangeKind.WithoutEffect)));

        bool IsOther(string rule) => rule == "default-permit" || (!IsBuiltIn(rule) && before.GetValueOrDefault(rule) != after.GetValueOrDefault(rule));

        void Note(string rule, Dictionary<string, string> elsewhere, RuleChangeKind inBoth, RuleChangeKind alone)
        {
            if (rule == "default-permit") changes.Add(new RuleChange(rule, inBoth));
            else if (!IsBuiltIn(rule)) changes.Add(new RuleChange(rule, elsewhere.ContainsKey(rule) ? inBoth : alone));
        }
    }

    // What a resolver never releases says little of a rule, as long as there is something else to say.
    private static bool IsAnswered(PolicyDifference difference) => difference.Examples.Any(example => example.IsAnswered);

    private static bool IsBuiltIn(string rule) => rule is "default-deny" or "default-permit" or "quarantine";
}
