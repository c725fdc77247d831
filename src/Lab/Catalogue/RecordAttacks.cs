using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>Records: lines L1 and L2.</summary>
internal static class RecordAttacks
{
    public static ImmutableArray<Attack> All { get; } = [];

    public static ImmutableArray<CatalogueTest> Tests { get; } = [];
}
