using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>One agent as the compiled policy sees it.</summary>
public sealed record AgentEntry
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its class; empty when none is declared.</summary>
    public required string Class { get; init; }

    /// <summary>Its labels as records carry them: <c>key=value</c> joined by commas, sorted by key.</summary>
    public required string Labels { get; init; }

    /// <summary>The gateway's interface it is attached to.</summary>
    public required string Interface { get; init; }

    /// <summary>Its addresses.</summary>
    public required ImmutableArray<Address> Addresses { get; init; }

    /// <summary>Its hardware address; null when not pinned.</summary>
    public string? Mac { get; init; }

    /// <summary>The mode that holds for it: the policy's, overridden by its SmartGroups; of two overrides enforce wins.</summary>
    public required Mode EffectiveMode { get; init; }

    /// <summary>Whether everything it tries is denied.</summary>
    public required bool Quarantined { get; init; }
}
