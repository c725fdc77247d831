using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>What a pack says of itself, without being included anywhere.</summary>
public sealed record PackSummary
{
    /// <summary>Its name, as <c>include</c> writes it.</summary>
    public required string Name { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>What it is for.</summary>
    public required string Why { get; init; }

    /// <summary>SHA-256 of its files and of the packs that it includes: what a pin states.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Its parameters, in written order.</summary>
    public required ImmutableArray<PackParameter> Parameters { get; init; }

    /// <summary>The packs that it includes itself, by name, deeper ones too.</summary>
    public required ImmutableArray<string> Includes { get; init; }
}
