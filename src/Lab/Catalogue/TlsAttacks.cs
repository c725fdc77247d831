using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>TLS: lines T1 to T16.</summary>
internal static class TlsAttacks
{
    public static ImmutableArray<Attack> All { get; } = [];

    public static ImmutableArray<CatalogueTest> Tests { get; } = [];
}
