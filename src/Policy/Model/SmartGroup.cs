using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>A named set of agents or addresses.</summary>
public sealed record SmartGroup
{
    /// <summary>The name that rules use.</summary>
    public required string Name { get; init; }

    /// <summary>Who belongs: alternatives. An empty group has nobody.</summary>
    public required ImmutableArray<GroupSelector> AnyOf { get; init; }

    /// <summary>The mode of its agents in place of the policy's; null leaves the policy's. Two overrides on one agent: enforce wins.</summary>
    public Mode? Mode { get; init; }

    /// <summary>The end of this group's monitor mode: from then on its agents are enforced. Null: no end was stated.</summary>
    public DateTimeOffset? MonitorUntil { get; init; }

    /// <summary>Where it is written.</summary>
    public SourceLocation Where { get; init; }

    /// <summary>The override in force at this moment.</summary>
    public Mode? ModeAt(DateTimeOffset now) => MonitorUntil <= now ? Exeat.Policy.Mode.Enforce : Mode;
}
