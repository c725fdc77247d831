using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>QUIC: lines Q1 to Q7.</summary>
internal static class QuicAttacks
{
    public static ImmutableArray<Attack> All { get; } = [];

    public static ImmutableArray<CatalogueTest> Tests { get; } = [];
}
