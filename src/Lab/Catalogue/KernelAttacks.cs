using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>IP, kernel and machine: lines K1 to K19.</summary>
internal static class KernelAttacks
{
    public static ImmutableArray<Attack> All { get; } = [];

    public static ImmutableArray<CatalogueTest> Tests { get; } = [];
}
