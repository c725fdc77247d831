using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>Plain HTTP: lines H1 to H4.</summary>
internal static class HttpAttacks
{
    public static ImmutableArray<Attack> All { get; } = [];

    public static ImmutableArray<CatalogueTest> Tests { get; } = [];
}
