using Exeat.Gateway.Judging;
using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>The kernel's connection table, addressed by our flow keys and the zone that a flow began in.</summary>
/// <remarks>
/// A flow of ICMP is all echo requests to one address, and conntrack has an entry for each identifier: none of them has our key for its name (over IPv6 to ask for one is even an error). They are left alone: under
/// another generation their marks let nothing pass, the next packet is asked about, and the flow's state answers; before the number is given again, whatever still bears it is unmarked.
/// </remarks>
internal sealed class KernelConnections(Conntrack conntrack, Attachments attachments, MarkLayout marks) : IConnections
{
    public ushort ZoneOf(string inside) => attachments.ZoneOf(inside);

    public void Delete(in FlowKey key, ushort zone)
    {
        if (IsNamed(key)) conntrack.Delete(Tuple(key, zone));
    }

    // Changing no bit of the mark changes nothing, and says whether the entry is there.
    public bool Exists(in FlowKey key, ushort zone) => IsNamed(key) && conntrack.SetMark(Tuple(key, zone), 0, 0);

    public void SetMark(in FlowKey key, ushort zone, uint mark)
    {
        if (IsNamed(key)) conntrack.SetMark(Tuple(key, zone), mark, marks.Mask);
    }

    private static bool IsNamed(in FlowKey key) => key.Protocol is not (FlowKey.Icmp or FlowKey.IcmpV6);

    private static TupleKey Tuple(in FlowKey key, ushort zone) => new()
    {
        Source = key.Source.Bits,
        Destination = key.Destination.Bits,
        IsV6 = key.Source.IsV6,
        Protocol = key.Protocol,
        SourcePort = key.SourcePort,
        DestinationPort = key.Port,
        Zone = zone,
    };
}
