using Exeat.Names;

namespace Exeat.Gateway.Judging;

/// <summary>The tuple of a flow as the agent began it.</summary>
internal readonly record struct FlowKey(Address Source, ushort SourcePort, Address Destination, ushort Port, byte Protocol)
{
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Icmp = 1;
    public const byte IcmpV6 = 58;
}
