namespace Exeat.Lab.World;

/// <summary>Packets that arrived from one source for one address, protocol and port.</summary>
/// <param name="Source">Where they came from.</param>
/// <param name="Destination">Where they arrived.</param>
/// <param name="Protocol">IANA protocol number.</param>
/// <param name="Port">Destination port; 0 where there is none.</param>
/// <param name="Packets">How many.</param>
/// <param name="Payload">Bytes above the transport header.</param>
/// <param name="Connections">Connections that a server accepted.</param>
public sealed record PacketCount(string Source, string Destination, byte Protocol, int Port, long Packets, long Payload, int Connections);
