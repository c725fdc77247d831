using Exeat.Gateway.Judging;
using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>The kernel's connection table, addressed by our flow keys: adds the conntrack zone of the agent's attachment.</summary>
internal sealed class KernelConnections(Conntrack conntrack, Attachments attachments, MarkLayout marks) : IConnections
{
    public void Delete(in FlowKey key) => conntrack.Delete(Tuple(key));

    // Changing no bit of the mark changes nothing, and says whether the entry is there.
    public bool Exists(in FlowKey key) => conntrack.SetMark(Tuple(key), 0, 0);

    public void SetMark(in FlowKey key, uint mark) => conntrack.SetMark(Tuple(key), mark, marks.Mask);

    private TupleKey Tuple(in FlowKey key) => new()
    {
        Source = key.Source.Bits,
        Destination = key.Destination.Bits,
        IsV6 = key.Source.IsV6,
        Protocol = key.Protocol,
        SourcePort = key.SourcePort,
        DestinationPort = key.Port,
        Zone = attachments.ZoneOf(key.Source),
    };
}
