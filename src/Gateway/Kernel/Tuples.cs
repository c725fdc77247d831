using Exeat.Gateway.Judging;
using Exeat.Linux;
using Exeat.Names;

namespace Exeat.Gateway.Kernel;

/// <summary>Conntrack's tuples in the words of our flow table.</summary>
internal static class Tuples
{
    /// <summary>The flow key of an entry's original direction.</summary>
    public static FlowKey KeyOf(in TupleKey tuple)
    {
        // For ICMP the tuple's ports are identifier, type and code; our keys have none.
        bool ports = tuple.Protocol is FlowKey.Tcp or FlowKey.Udp;
        return new FlowKey(
            AddressOf(tuple.Source, tuple.IsV6), ports ? tuple.SourcePort : (ushort)0, AddressOf(tuple.Destination, tuple.IsV6), ports ? tuple.DestinationPort : (ushort)0, tuple.Protocol);
    }

    private static Address AddressOf(UInt128 bits, bool v6) => v6 ? Address.V6(bits) : Address.V4((uint)bits);
}
