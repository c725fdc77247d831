using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>What an honest agent needs: lines B1 to B3.</summary>
internal static class HonestAttacks
{
    public static ImmutableArray<Attack> All { get; } = [];

    public static ImmutableArray<CatalogueTest> Tests { get; } = [];
}
