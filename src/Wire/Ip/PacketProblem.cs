namespace Exeat.Wire;

/// <summary>Why bytes are no packet. The zero value is nothing.</summary>
public enum PacketProblem : byte
{
    /// <summary>The packet was read.</summary>
    None = 0,

    /// <summary>Neither version 4 nor version 6.</summary>
    Version,

    /// <summary>The capture ends inside the headers.</summary>
    CutInHeaders,

    /// <summary>An IPv4 header length below 20 bytes, or a total length that does not hold the headers.</summary>
    IpLength,

    /// <summary>IPv6 extension headers that are unknown, in a forbidden place, too many, or longer than the packet.</summary>
    ExtensionHeaders,

    /// <summary>The IP payload does not hold the transport header, or a TCP data offset below 20 bytes or beyond the packet.</summary>
    TransportLength,

    /// <summary>A UDP length that differs from what IP carries: the rest would be bytes that nobody reads.</summary>
    UdpLength,
}
