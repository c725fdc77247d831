using Exeat.Names;

namespace Exeat.Gateway.Dns;

/// <summary>Who asks, and which resolver they believe to ask.</summary>
/// <param name="Source">The agent's address.</param>
/// <param name="Port">The agent's port.</param>
/// <param name="Protocol">IANA number: 17 or 6.</param>
/// <param name="Intercept">The resolver address the agent meant.</param>
internal readonly record struct Peer(Address Source, ushort Port, byte Protocol, Address Intercept)
{
    public const byte Tcp = 6;
    public const byte Udp = 17;
}
