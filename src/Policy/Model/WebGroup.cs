using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>A named set of name patterns; never empty.</summary>
public sealed record WebGroup
{
    /// <summary>The name that rules use.</summary>
    public required string Name { get; init; }

    /// <summary>The patterns, as written, in order.</summary>
    public required ImmutableArray<NameEntry> Entries { get; init; }

    /// <summary>Where it is written.</summary>
    public SourceLocation Where { get; init; }
}
