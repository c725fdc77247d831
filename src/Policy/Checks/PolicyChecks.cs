namespace Exeat.Policy;

/// <summary>Guardrails over the whole policy: mistakes that each document alone does not show.</summary>
internal static class PolicyChecks
{
    public static void Run(Policy policy, PolicyDraft draft, SourceLocation whole, LoadOptions options, ProblemList problems)
    {
        DateTimeOffset now = options.TimeProvider.GetUtcNow();
        ReportMonitor(policy, draft.MonitorUntil?.Where ?? draft.Mode?.Where ?? whole, now, problems);
        ReportExpired(policy, now, options.StrictExpiry, problems);
        ReportBroadPermits(policy, problems);
        ShadowCheck.Run(policy, now, problems);
        ModelProviderCheck.Run(policy, now, problems);
        // Expired permits count: time alone must not turn a policy that loaded into one that does not.
        bool permitsNothing = !policy.Rules.Any(rule => rule is { Action: RuleAction.Permit, Mode: RuleMode.Enforce } && policy.CanMatch(rule));
        if (policy.Mode == Mode.Enforce && permitsNothing)
            problems.Error(draft.Mode?.Where ?? whole, "the policy enforces and permits nothing", "write a permit rule, or begin with mode: monitor");
    }

    // I12: only a person sets monitor, for a stated time, after which enforce returns.
    private static void ReportMonitor(Policy policy, SourceLocation where, DateTimeOffset now, ProblemList problems)
    {
        const string WriteEnd = "write monitorUntil: and a date; enforce returns by itself then";
        const string WriteEnforce = "write mode: enforce, or another date";
        if (policy.Mode == Mode.Monitor && policy.MonitorUntil is null) problems.Warning(where, "monitor mode has no end", WriteEnd);
        if (policy.MonitorUntil <= now) problems.Warning(where, "monitor mode has ended, the policy enforces", WriteEnforce);
        foreach (SmartGroup group in policy.SmartGroups.Values.Where(group => group.Mode == Mode.Monitor))
        {
            if (group.MonitorUntil is null) problems.Warning(group.Where, $"monitor mode of the smartGroup {group.Name} has no end", WriteEnd);
            if (group.MonitorUntil <= now) problems.Warning(group.Where, $"monitor mode of the smartGroup {group.Name} has ended, its agents are enforced", WriteEnforce);
        }
    }

    private static void ReportExpired(Policy policy, DateTimeOffset now, bool strict, ProblemList problems)
    {
        void Report(SourceLocation where, string what)
        {
            const string Remedy = "renew its expires, or take it out";
            if (strict) problems.Error(where, what, Remedy);
            else problems.Warning(where, what, Remedy);
        }
        foreach (Rule rule in policy.Rules.Where(rule => rule.IsExpired(now)))
            Report(rule.Where, $"the rule {rule.Name} has expired and is inert");
        foreach (NameEntry entry in policy.WebGroups.Values.SelectMany(group => group.Entries).Where(entry => entry.IsExpired(now)))
            Report(entry.Where, $"the name {entry.Pattern} has expired and matches nothing");
    }

    private static void ReportBroadPermits(Policy policy, ProblemList problems)
    {
        foreach (Rule rule in policy.Rules.Where(rule => rule is { Action: RuleAction.Permit, Mode: not RuleMode.Off }))
        {
            if (rule.ToGroups.IsEmpty && !rule.StatesNames)
                problems.Warning(rule.Where, $"the rule {rule.Name} permits every destination", "write to: {names: [GROUP]} or to: {groups: [GROUP]}");
            foreach (NameEntry entry in rule.ToNames.Where(entry => entry.Pattern.IsSharedZone))
                problems.Warning(entry.Where, $"strangers can register names that {entry.Pattern} matches, and the rule {rule.Name} permits them", "list the names that are needed");
        }
    }
}
