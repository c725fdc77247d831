using System.Globalization;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>What the records and the policy together say of its rules.</summary>
internal sealed class RuleReport(Policy.Policy document, CompiledPolicy policy, PolicyUse use, RecordedAttempts attempts, IReadOnlySet<int> deciding, bool isExact, DateTimeOffset now, DateTimeOffset soon)
{
    // So few that they may as well be listed.
    private const int FewNames = 3;

    public CompiledPolicy Policy => policy;

    public PolicyUse Use => use;

    public RecordedAttempts Attempts => attempts;

    /// <summary>False: some rule may be called shadowed that is not.</summary>
    public bool IsExact => isExact;

    /// <summary>What is to be said of the rule, in short words; most have none.</summary>
    public IEnumerable<string> Notes(int index)
    {
        RuleUse rule = use.Rules[index];
        if (rule.Rule.Mode == RuleMode.Off) yield return "off";
        else if (rule.Rule.IsExpired(now)) yield return $"expired {Date(rule.Rule.Expires!.Value)}";
        else if (!document.CanMatch(rule.Rule)) yield return "has empty groups";
        else if (rule.Rule.ToNames.Length > 0 && rule.Rule.ToNames.All(entry => entry.IsExpired(now))) yield return "all of its names have expired";
        else
        {
            if (rule.Rule.Expires <= soon) yield return $"expires {Date(rule.Rule.Expires.Value)}";
            if (rule.Rule.Mode == RuleMode.Monitor) yield return string.Create(CultureInfo.InvariantCulture, $"monitors only: {rule.Monitored} would-be");
            else if (IsShadowed(index)) yield return "shadowed: earlier rules decide everything it matches, or it speaks of no agent";
            if (rule.Last is null) yield return "never hit";
        }
    }

    /// <summary>Whether no attempt of these agents can be decided by it.</summary>
    public bool IsShadowed(int index) => use.Rules[index].Rule is { Mode: RuleMode.Enforce } rule && !rule.IsExpired(now) && document.CanMatch(rule) && !deciding.Contains(index);

    /// <summary>Patterns of permits that stand for more names than they were used for: rule, pattern, and the names it only ever matched.</summary>
    public IEnumerable<(RuleUse Rule, NameUse Name)> BroadNames() =>
        from rule in Permits()
        from name in rule.Names
        where !name.Entry.Pattern.IsExact && !name.Entry.IsExpired(now) && name.Names.Count is > 0 and <= FewNames
        select (rule, name);

    /// <summary>Permits by address that were used for a few addresses of many.</summary>
    public IEnumerable<RuleUse> BroadAddresses() =>
        Permits().Where(rule => !rule.Rule.StatesNames && rule.Addresses.Count is > 0 and <= FewNames && (rule.Rule.ToGroups.IsEmpty
            || rule.Rule.ToGroups.SelectMany(group => document.SmartGroups[group].AnyOf).SelectMany(selector => selector.Cidrs).Any(cidr => cidr.Length < cidr.Network.Width)));

    /// <summary>Permits with names that nothing matched, each with these names.</summary>
    public IEnumerable<(RuleUse Rule, NameUse[] Names)> UnusedNames() =>
        Permits().Select(rule => (rule, rule.Names.Where(name => name.Hits == 0 && !name.Entry.IsExpired(now)).ToArray())).Where(pair => pair.Item2.Length > 0 && pair.rule.Last is not null);

    /// <summary>Names that expire soon, or have expired.</summary>
    public IEnumerable<(RuleUse Rule, NameUse Name, bool IsExpired)> ExpiringNames() =>
        from rule in use.Rules
        from name in rule.Names
        where name.Entry.Expires <= soon
        select (rule, name, name.Entry.IsExpired(now));

    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    // A broad deny is meant to be broad.
    private IEnumerable<RuleUse> Permits() => use.Rules.Where(rule => rule.Rule is { Action: RuleAction.Permit, Mode: RuleMode.Enforce } && !rule.Rule.IsExpired(now));
}
