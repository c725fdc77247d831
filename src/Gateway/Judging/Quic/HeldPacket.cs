namespace Exeat.Gateway.Judging;

/// <summary>How a packet waits in the kernel's queue.</summary>
/// <param name="Id">Its number there.</param>
/// <param name="Foreign">The bits of its mark that are not ours: a verdict replaces the whole mark.</param>
/// <param name="IsMerged">It stands for several datagrams (segmentation offload); where one ends cannot be seen.</param>
/// <param name="IsUnfinished">Sixteen bits of it, wherever its sender said, are written only when it leaves: what is read here is not what would leave.</param>
internal readonly record struct HeldPacket(uint Id, uint Foreign, bool IsMerged = false, bool IsUnfinished = false);
