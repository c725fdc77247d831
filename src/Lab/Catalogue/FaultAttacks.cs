using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>Faults under load, killed and flushed: the lines of K that shake the lab.</summary>
internal static class FaultAttacks
{
    public static ImmutableArray<Attack> All { get; } = [];

    public static ImmutableArray<CatalogueTest> Tests { get; } = [];
}
