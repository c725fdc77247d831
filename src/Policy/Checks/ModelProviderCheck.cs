using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Guards the rule <c>shadow-model-deny</c> (also <c>shadow-model-deny-…</c>), which keeps agents from unapproved model providers.</summary>
/// <remarks>
/// Above it, a permit whose names overlap its names lets some of them through. Below it, a permit of names that it denies is dead: somebody
/// approved what is denied. A broader permit below it is fine, since the deny comes first for the names of both — unless the permit is there
/// to approve models (its name begins with <c>allow-model</c>), where any overlap is a contradiction.
/// </remarks>
internal static class ModelProviderCheck
{
    private const string DenyName = "shadow-model-deny", ApprovalPrefix = "allow-model";

    public static void Run(Policy policy, DateTimeOffset now, ProblemList problems)
    {
        var cover = new RuleCover(policy, now);
        foreach (Rule deny in policy.Rules.Where(rule => IsDeny(rule) && !rule.IsExpired(now) && policy.CanMatch(rule)))
        {
            var denied = new PatternTails(cover.Live(deny));
            foreach (Rule permit in policy.Rules.Where(rule => rule is { Action: RuleAction.Permit, Mode: not RuleMode.Off } && !rule.IsExpired(now) && policy.CanMatch(rule)))
            {
                if (cover.MayMeet(permit, deny)) Compare(permit, deny, denied, cover, problems);
            }
        }
    }

    private static bool IsDeny(Rule rule) => rule is { Action: RuleAction.Deny, Mode: not RuleMode.Off }
        && (rule.Name == DenyName || rule.Name.StartsWith(DenyName + "-", StringComparison.Ordinal));

    private static void Compare(Rule permit, Rule deny, PatternTails denied, RuleCover cover, ProblemList problems)
    {
        bool isAbove = permit.Priority < deny.Priority, approves = permit.Name.StartsWith(ApprovalPrefix, StringComparison.Ordinal);
        // Names that a permit by address resolves are permitted by that, and the deny of their name is never asked.
        foreach (NamePattern resolved in isAbove ? permit.Resolve : [])
        {
            if (denied.Near(resolved).FirstOrDefault(other => other.Pattern.Overlaps(resolved)) is { } clash)
                problems.Error(permit.Where, $"{permit.Name} resolves {resolved} for its addresses above the deny of model providers: {deny.Name} denies {clash.Pattern} ({clash.Where})", $"resolve the names that are needed, or move {permit.Name} below {deny.Name}");
        }
        foreach (NameEntry entry in cover.Live(permit))
        {
            bool Clashes(NameEntry other) => isAbove || approves ? other.Pattern.Overlaps(entry.Pattern) : other.Pattern.Covers(entry.Pattern);
            if (denied.Near(entry.Pattern).FirstOrDefault(Clashes) is not { } clash) continue;
            string place = $"{deny.Name} denies {clash.Pattern} ({clash.Where})";
            if (isAbove && !clash.Pattern.Covers(entry.Pattern))
                problems.Error(entry.Where, $"the broad name {entry.Pattern} is permitted by {permit.Name} above the deny of model providers: {place}", $"list the names that are needed, or move {permit.Name} below {deny.Name}");
            else
                problems.Error(entry.Where, $"{entry.Pattern} is both approved and denied as a model provider: {permit.Name} permits it, {place}", "approve it by taking it out of the denied names, or take the permit out");
        }
    }
}
