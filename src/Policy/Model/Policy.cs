using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>A checked policy: what the documents say, resolved and without mistakes. Immutable; <c>CompiledPolicy</c> is made of it.</summary>
public sealed record Policy
{
    /// <summary>SHA-256, in lower-case hexadecimal, over the sorted (path, SHA-256) of all files loaded.</summary>
    public required string Version { get; init; }

    /// <summary>Whether verdicts are applied.</summary>
    public required Mode Mode { get; init; }

    /// <summary>The end of monitor mode: from then on the policy enforces. Null: no end was stated, or the policy enforces anyway.</summary>
    public DateTimeOffset? MonitorUntil { get; init; }

    /// <summary>What becomes of attempts that no rule decides. Permit only together with <see cref="Exeat.Policy.Mode.Monitor"/>.</summary>
    public RuleAction Default { get; init; }

    /// <summary>The rules, by ascending priority.</summary>
    public ImmutableArray<Rule> Rules { get; init; } = [];

    /// <summary>The SmartGroups by name.</summary>
    public FrozenDictionary<string, SmartGroup> SmartGroups { get; init; } = FrozenDictionary<string, SmartGroup>.Empty;

    /// <summary>The WebGroups by name.</summary>
    public FrozenDictionary<string, WebGroup> WebGroups { get; init; } = FrozenDictionary<string, WebGroup>.Empty;

    /// <summary>The tests written in the policy.</summary>
    public ImmutableArray<PolicyTest> Tests { get; init; } = [];

    /// <summary>Whether a rule can match at all: no field that it states consists of empty groups alone. One that cannot is inert, whatever its action (expiry and mode aside).</summary>
    public bool CanMatch(Rule rule) => HasSomebody(rule.From) && HasSomebody(rule.ToGroups) && (!rule.StatesNames || !rule.ToNames.IsEmpty);

    private bool HasSomebody(ImmutableArray<string> groups) =>
        groups.IsEmpty || groups.Any(name => SmartGroups.TryGetValue(name, out SmartGroup? group) && !group.AnyOf.IsEmpty);

    /// <summary>The mode in force at this moment: monitor ends by itself, enforce never does (I12).</summary>
    public Mode ModeAt(DateTimeOffset now) => MonitorUntil <= now ? Mode.Enforce : Mode;
}
