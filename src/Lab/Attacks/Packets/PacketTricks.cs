namespace Exeat.Lab.Attacks;

/// <summary>Every tool that makes its packets by hand, by the name of its kind. What they carry is known again by its mark, wherever it arrives.</summary>
internal static class PacketTricks
{
    public static bool Has(string kind) =>
        IcmpTricks.Kinds.Contains(kind) || TunnelTricks.Kinds.Contains(kind) || SourceTricks.Kinds.Contains(kind) || LinkTricks.Kinds.Contains(kind) || DatagramTricks.Has(kind);

    public static Task<bool> RunAsync(string kind, AttackTarget target) =>
        IcmpTricks.Kinds.Contains(kind) ? IcmpTricks.RunAsync(kind, target)
        : TunnelTricks.Kinds.Contains(kind) ? TunnelTricks.RunAsync(kind, target)
        : SourceTricks.Kinds.Contains(kind) ? SourceTricks.RunAsync(kind, target)
        : LinkTricks.Kinds.Contains(kind) ? LinkTricks.RunAsync(kind, target)
        : DatagramTricks.RunAsync(kind, target);
}
