using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>The sets <c>denied</c> and <c>hits</c> of the data table, both families.</summary>
internal sealed class KernelRefusals(Nftables nftables) : IRefusalMemory
{
    public void Forget() => PacketSets.Flush(nftables, TrafficRuleset.Table, TrafficRuleset.Denied);

    public void ReadHits(PacketSetVisitor visit)
    {
        foreach (string set in TrafficRuleset.Hits) PacketSets.Read(nftables, TrafficRuleset.Table, set, visit);
    }

    public void DropHits() => PacketSets.Flush(nftables, TrafficRuleset.Table, TrafficRuleset.Hits);
}
