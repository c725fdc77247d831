using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>The sets <c>denied</c> and <c>hits</c> of the data table, both families.</summary>
internal sealed class KernelRefusals(Nftables nftables) : IRefusalMemory
{
    public bool Forget() => PacketSets.Flush(nftables, TrafficRuleset.Table, TrafficRuleset.Denied);

    public bool ReadHits(PacketSetVisitor visit)
    {
        bool all = true;
        foreach (string set in TrafficRuleset.Hits) all &= PacketSets.Read(nftables, TrafficRuleset.Table, set, visit);
        return all;
    }

    public void DropHits() => PacketSets.Flush(nftables, TrafficRuleset.Table, TrafficRuleset.Hits);
}
