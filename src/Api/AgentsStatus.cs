using System.Collections.Immutable;

namespace Exeat.Api;

/// <summary>How many agents there are in each mode, and who is quarantined.</summary>
public sealed record AgentsStatus(int Enforced, int Monitored, ImmutableArray<string> Quarantined)
{
    /// <summary>The ids of those who are quarantined; empty when they are not said.</summary>
    public ImmutableArray<string> Quarantined { get; init; } = Quarantined.IsDefault ? [] : Quarantined;
}
