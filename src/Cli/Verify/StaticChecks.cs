using System.Collections.Immutable;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli.Verify;

/// <summary>What is no attempt: what the documents say before one, and what all attempts together say after.</summary>
internal static class StaticChecks
{
    /// <summary>Mode and tests. A policy that contradicts itself (check 10) does not load, so that no run begins with one.</summary>
    public static IEnumerable<PendingResult> Documents(VerifyGround ground)
    {
        AgentEntry agent = ground.AgentEntry;
        yield return agent.EffectiveMode == Mode.Enforce
            ? PendingResult.Of("policy/mode/0", "the policy enforces for this agent", CheckOutcome.Held, "mode enforce")
            : PendingResult.Of("policy/mode/0", "the policy enforces for this agent", CheckOutcome.Failed, $"NOT ENFORCED: the policy is in monitor for {agent.Id}; what it denies is recorded and let through");
        if (agent.Quarantined) yield return PendingResult.Of("policy/quarantine/0", "the agent is quarantined", CheckOutcome.Held, "all of its attempts are to be refused");
        ImmutableArray<PolicyTestOutcome> tests = PolicyTests.Run(ground.Policy, ground.Agents, ground.Now);
        PolicyTestOutcome[] failed = [.. tests.Where(t => !t.Held)];
        yield return failed.Length > 0
            ? PendingResult.Of("policy/tests/0", "the policy's own tests", CheckOutcome.Failed, $"{failed.Length} of {tests.Length} fail: {failed[0].Problem!.What}")
            : PendingResult.Of("policy/tests/0", "the policy contradicts itself nowhere, and its own tests hold", CheckOutcome.Held, $"{tests.Length} tests");
    }

    public static IEnumerable<PendingResult> Families(VerifyGround ground) =>
        from family in (int[])[4, 6]
        where !ground.Families.Contains(family)
        select PendingResult.Of($"family/route-{family}/{family}", $"IPv{family}", CheckOutcome.NotTested, $"this place has no IPv{family} route to the world: nothing of IPv{family} was tested", family);

    /// <summary>Of all results: whether something permitted works at all, whether each family is enforced, whether it is this policy that decides.</summary>
    public static IEnumerable<CheckResult> Whole(VerifyGround ground, IReadOnlyList<CheckResult> results, IReadOnlyList<RecordLook> records, bool recordsAreRead)
    {
        foreach (int family in ground.Families) yield return Enforcement(results, family);
        yield return Control(results, ground);
        yield return Applied(ground, [.. records.Select(r => r.Event).OfType<FlowEvent>()], recordsAreRead);
    }

    private static CheckResult Enforcement(IReadOnlyList<CheckResult> results, int family)
    {
        CheckResult[] refused = [.. results.Where(r => r.Family == family && r.WasToBeRefused)];
        int through = refused.Count(r => r.Outcome == CheckOutcome.Failed), held = refused.Count(r => r.Outcome == CheckOutcome.Held);
        (CheckOutcome outcome, string why) = (through, held) switch
        {
            ( > 0, _) => (CheckOutcome.Failed, $"IPv{family} is NOT ENFORCED as the policy says: {through} of {refused.Length} attempts that had to be refused were not, or not by the policy's rule and record"),
            (0, 0) => (CheckOutcome.Inconclusive, $"not one refusal was seen over IPv{family}"),
            _ => (CheckOutcome.Held, $"{held} of {refused.Length} attempts that had to be refused were shown to be"),
        };
        return new CheckResult { Id = $"family/enforced-{family}/{family}", Title = $"IPv{family} is enforced", Family = family, Outcome = outcome, Why = why };
    }

    // A dead network refuses as well as the best gateway.
    private static CheckResult Control(IReadOnlyList<CheckResult> results, VerifyGround ground)
    {
        CheckResult[] controls = [.. results.Where(r => r.Group is "permit")];
        int works = controls.Count(r => r.Outcome == CheckOutcome.Held);
        var result = new CheckResult { Id = "policy/control/0", Title = "something that the policy permits works", Outcome = CheckOutcome.Held, Why = $"{works} of {controls.Length}" };
        if (works > 0) return result;
        return ground.AgentEntry.Quarantined || controls.Length == 0
            ? result with { Outcome = CheckOutcome.NotTested, Why = "the policy permits this agent nothing by name" }
            : result with { Outcome = CheckOutcome.Inconclusive, Why = "nothing that the policy permits answered: a dead network looks like a gateway that refuses everything" };
    }

    // 9, as far as it can be told from here: the gateway follows these very files.
    private static CheckResult Applied(VerifyGround ground, FlowEvent[] events, bool recordsAreRead)
    {
        var result = new CheckResult { Id = "policy/applied/0", Title = "the gateway decides by these files", Outcome = CheckOutcome.NotTested, Why = "no access to records (--journal or --socket)" };
        if (!recordsAreRead) return result;
        if (events.LastOrDefault(e => e.Policy is not null) is not { } last) return result with { Outcome = CheckOutcome.Inconclusive, Why = "no record names a policy" };
        if (events.Any(e => e.Policy is not null && e.Policy != ground.Compiled.Version))
            return result with { Outcome = CheckOutcome.Failed, Why = $"the records name policy {Short(last.Policy)}, these files are {Short(ground.Compiled.Version)}" };
        return last.AgentsHash is { } hash && hash != ground.Compiled.AgentsHash
            ? result with { Outcome = CheckOutcome.Failed, Why = $"the records name agents document {Short(hash)}, this one is {Short(ground.Compiled.AgentsHash)}" }
            : result with { Outcome = CheckOutcome.Held, Why = $"policy {Short(ground.Compiled.Version)}" };
    }

    private static string Short(string? hash) => hash is { Length: > 12 } ? TerminalText.Escape(hash[..12]) : TerminalText.Escape(hash);
}
