using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>A named set of name patterns. An empty one matches nothing.</summary>
public sealed record WebGroup
{
    /// <summary>The name that rules use.</summary>
    public required string Name { get; init; }

    /// <summary>The patterns, as written, in order; without those of <see cref="Without"/>.</summary>
    public required ImmutableArray<NameEntry> Entries { get; init; }

    /// <summary>The providers whose patterns are left out, with who answers for it.</summary>
    public ImmutableArray<ProviderApproval> Without { get; init; } = [];

    /// <summary>Where it is written.</summary>
    public SourceLocation Where { get; init; }
}
