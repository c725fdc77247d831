namespace Exeat.Policy;

/// <summary>Finds uses without declaration, declarations without use, and what is there twice.</summary>
internal static class PolicyLinks
{
    /// <param name="draft">All that was read.</param>
    /// <param name="packsAreWhole">Whether every included pack could be read; else what seems missing may be declared there, and saying so would bury the reason.</param>
    /// <param name="problems">Where to.</param>
    public static void Check(PolicyDraft draft, bool packsAreWhole, ProblemList problems)
    {
        HashSet<string> rules = [.. draft.Rules.Select(rule => rule.Name), .. ReservedRuleNames.All];
        foreach (NameUse use in packsAreWhole ? draft.Uses : [])
        {
            switch (use.Kind)
            {
                case NameUseKind.SmartGroup when !draft.SmartGroups.ContainsKey(use.Name):
                    Missing(use, "smartGroup", draft.SmartGroups.Keys, draft.WebGroups.ContainsKey(use.Name) ? "it is a webGroup: write to: {names: [" + use.Name + "]}" : null, problems);
                    break;
                case NameUseKind.WebGroup when !draft.WebGroups.ContainsKey(use.Name):
                    string? other = draft.SmartGroups.ContainsKey(use.Name) ? "it is a smartGroup: write to: {groups: [" + use.Name + "]}"
                        : use.Name.Contains('.') ? "declare a webGroup with names: [" + use.Name + "] and write its name here" : null;
                    Missing(use, "webGroup", draft.WebGroups.Keys, other, problems);
                    break;
                case NameUseKind.Rule when !rules.Contains(use.Name):
                    Missing(use, "rule", rules, null, problems);
                    break;
            }
        }
        if (draft.Rules.Count > CompiledPolicy.MaxRules)
            problems.Error(draft.Rules[CompiledPolicy.MaxRules].Where, $"there are {draft.Rules.Count} rules, more than {CompiledPolicy.MaxRules}", "join rules: put names into webGroups and addresses into smartGroups");
        Twice(draft.Rules, rule => rule.Name, name => $"the rule name {name}", problems);
        Twice(draft.Rules, rule => rule.Priority, priority => $"the priority {priority}", problems);
        // What could not be read may well have used them.
        if (!problems.HasErrors) ReportUnused(draft, problems);
        if (draft.Default is { Value: RuleAction.Permit } stated) CheckDefaultPermit(draft, stated.Where, problems);
    }

    private static void Missing(NameUse use, string what, ICollection<string> declared, string? remedy, ProblemList problems) =>
        problems.Error(use.Where, $"there is no {what} {use.Name}", remedy ?? Nearest.Remedy(use.Name, [.. declared]));

    private static void Twice<T>(List<Rule> rules, Func<Rule, T> key, Func<T, string> words, ProblemList problems)
    {
        foreach (IGrouping<T, Rule> same in rules.GroupBy(key))
        {
            Rule first = same.First();
            foreach (Rule rule in same.Skip(1))
                problems.Error(rule.Where, $"{words(same.Key)} is used by the rule {first.Name} at {first.Where} already", "each rule needs its own name and priority");
        }
    }

    private static void ReportUnused(PolicyDraft draft, ProblemList problems)
    {
        HashSet<string> smart = [.. Used(draft, NameUseKind.SmartGroup)], web = [.. Used(draft, NameUseKind.WebGroup)];
        // A pack may offer groups that this policy has no use for. A group that only sets the mode of its agents is in use too.
        foreach (SmartGroup group in draft.SmartGroups.Values.Where(group => group.Mode is null && !smart.Contains(group.Name) && !draft.GroupsOfPacks.Contains(group.Name)))
            problems.Warning(group.Where, $"no rule uses the smartGroup {group.Name}", "use it, or take it out");
        foreach (WebGroup group in draft.WebGroups.Values.Where(group => !web.Contains(group.Name) && !draft.GroupsOfPacks.Contains(group.Name)))
            problems.Warning(group.Where, $"no rule uses the webGroup {group.Name}", "use it, or take it out");
    }

    private static IEnumerable<string> Used(PolicyDraft draft, NameUseKind kind) => draft.Uses.Where(use => use.Kind == kind).Select(use => use.Name);

    private static void CheckDefaultPermit(PolicyDraft draft, SourceLocation where, ProblemList problems)
    {
        if (draft.Mode is { Value: Mode.Enforce }) problems.Error(where, "default: permit is only for monitor mode", "write default: deny, or mode: monitor");
        else problems.Warning(where, "the default permits: the records will not show what enforce would deny", "write default: deny; monitor lets everything pass all the same");
        foreach (SmartGroup group in draft.SmartGroups.Values.Where(group => group.Mode == Mode.Enforce))
            problems.Error(group.Where, $"the smartGroup {group.Name} enforces, and the default permits", "write default: deny, or take mode: enforce out");
    }
}
