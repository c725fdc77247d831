using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>A provider whose names a WebGroup leaves out (<c>without</c>): somebody answers for not denying it any more. It permits nothing by itself.</summary>
public sealed record ProviderApproval
{
    /// <summary>The provider's id, as its entries state it.</summary>
    public required string Provider { get; init; }

    /// <summary>Who answers for it.</summary>
    public required string Owner { get; init; }

    /// <summary>Why it is approved.</summary>
    public required string Why { get; init; }

    /// <summary>The entries that were moved out, in written order; never empty.</summary>
    public required ImmutableArray<NameEntry> Entries { get; init; }

    /// <summary>Where it is written.</summary>
    public SourceLocation Where { get; init; }
}
