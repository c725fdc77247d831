namespace Exeat.Gateway.Judging;

/// <summary>The kernel's connection table as the judges need it: conntrack in the product, a list in tests.</summary>
internal interface IConnections
{
    /// <summary>Deletes the flow's entry, and its mark with it; nothing happens when there is none.</summary>
    void Delete(in FlowKey key);

    /// <summary>Whether the kernel has an entry of this tuple now.</summary>
    bool Exists(in FlowKey key);

    /// <summary>Replaces our bits of the flow's mark.</summary>
    void SetMark(in FlowKey key, uint mark);
}
