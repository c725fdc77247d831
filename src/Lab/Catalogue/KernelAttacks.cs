using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>IP, kernel and machine: lines K1 to K19, but for what is the box's own (K14, K16).</summary>
internal static class KernelAttacks
{
    public static ImmutableArray<Attack> All { get; } = [.. PacketAttacks.All, .. NeighbourAttacks.All, .. MachineAttacks.All];

    public static ImmutableArray<CatalogueTest> Tests { get; } = [.. PacketAttacks.Tests, .. NeighbourAttacks.Tests, .. MachineAttacks.Tests];
}
