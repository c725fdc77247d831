namespace Exeat.Policy;

/// <summary>What a rule says by itself, as text: equal texts match the same attempts in the same way, whatever name and number the rule has.</summary>
internal static class RuleContent
{
    public static string Of(Policy policy, Rule rule) => string.Join('|',
        rule.Action, rule.Mode, rule.Protocol, string.Join(' ', rule.Ports), rule.Proof, rule.Expires, Groups(policy, rule.From), Groups(policy, rule.ToGroups), rule.StatesNames,
        Sorted(rule.ToNames.Select(entry => $"{entry.Pattern} {entry.Expires}")), Sorted(rule.Resolve.Select(pattern => pattern.Text)));

    private static string Groups(Policy policy, IEnumerable<string> names) => Sorted(names.SelectMany(name => policy.SmartGroups.TryGetValue(name, out SmartGroup? group) ? group.AnyOf : []).Select(selector => string.Join(' ',
        Sorted(selector.Cidrs.Select(cidr => cidr.ToString())), Sorted(selector.Classes), Sorted(selector.Agents), Sorted(selector.Labels.Select(label => $"{label.Key}={Sorted(label.Values)}")))));

    private static string Sorted(IEnumerable<string> texts) => string.Join(',', texts.Distinct().Order(StringComparer.Ordinal));
}
