namespace Exeat.Gateway.Judging;

/// <summary>The kernel's connection table as the judges need it: conntrack in the product, a list in tests.</summary>
/// <remarks>A connection is found only in the zone that it began in, whatever the documents say of its agent meanwhile (I11).</remarks>
internal interface IConnections
{
    /// <summary>The zone of what comes in by an inside interface; 0 when nothing was ever attached by it.</summary>
    ushort ZoneOf(string inside);

    /// <summary>Deletes the flow's entry, and its mark with it; nothing happens when there is none.</summary>
    void Delete(in FlowKey key, ushort zone);

    /// <summary>Whether the kernel has an entry of this tuple now.</summary>
    bool Exists(in FlowKey key, ushort zone);

    /// <summary>Replaces our bits of the flow's mark.</summary>
    void SetMark(in FlowKey key, ushort zone, uint mark);
}
