using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>What of the catalogue is run, and with what.</summary>
public sealed record CatalogueOptions
{
    /// <summary>The command line that starts the CLI, for the world and the tools.</summary>
    public required IReadOnlyList<string> Exeat { get; init; }

    /// <summary>The command line that starts the gateway.</summary>
    public required IReadOnlyList<string> Gateway { get; init; }

    /// <summary>Which attacks.</summary>
    public ImmutableArray<Attack> Attacks { get; init; } = AttackCatalogue.Attacks;

    /// <summary>Which families.</summary>
    public ImmutableArray<int> Families { get; init; } = [4, 6];

    /// <summary>Which columns.</summary>
    public ImmutableArray<AttackColumn> Columns { get; init; } = [AttackColumn.Contained, AttackColumn.Control, AttackColumn.Sabotage];

    /// <summary>What the names of the namespaces begin with, where several runs share a place.</summary>
    public string Prefix { get; init; } = "";
}
