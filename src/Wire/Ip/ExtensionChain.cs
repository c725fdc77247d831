namespace Exeat.Wire;

/// <summary>Walks IPv6 extension headers to the transport header (RFC 8200, 4). Knows few kinds; any other kind ends in a problem.</summary>
internal ref struct ExtensionChain(byte next, ReadOnlySpan<byte> bytes, int length)
{
    /// <summary>More than this make a packet malformed; honest ones have at most three.</summary>
    private const int MaxHeaders = 8;

    /// <summary>The next header's number; the transport protocol when the walk is over.</summary>
    public byte Next { get; private set; } = next;

    /// <summary>What lies behind the headers walked, as far as captured.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; } = bytes;

    /// <summary>The true length of what lies behind the headers walked.</summary>
    public int Length { get; private set; } = length;

    /// <summary>Whether a fragment header was met.</summary>
    public bool IsFragment { get; private set; }

    /// <summary>Whether a number stands for an extension header rather than for a transport protocol (RFC 7045, 4).</summary>
    public static bool IsExtension(byte number) => number
        is IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.Fragment or IpProtocol.DestinationOptions
        or IpProtocol.Authentication or IpProtocol.Mobility or IpProtocol.HostIdentity or IpProtocol.Shim6;

    /// <summary>Walks to the transport header, or to the body of a fragment that is not the first one.</summary>
    public PacketProblem Walk()
    {
        for (int i = 0; IsExtension(Next); i++)
        {
            bool canWalk = Next switch
            {
                // The first header or a forgery (RFC 8200, 4.1).
                IpProtocol.HopByHop => i == 0,
                IpProtocol.Routing or IpProtocol.DestinationOptions or IpProtocol.Fragment => i < MaxHeaders,
                _ => false,
            };
            if (!canWalk || Length < 8) return PacketProblem.ExtensionHeaders;
            if (Bytes.Length < 8) return PacketProblem.CutInHeaders;
            bool isFragment = Next == IpProtocol.Fragment;
            // A fragment header has a fixed size, and its second byte is reserved.
            int size = isFragment ? 8 : (Bytes[1] + 1) * 8;
            if (size > Length) return PacketProblem.ExtensionHeaders;
            if (size > Bytes.Length) return PacketProblem.CutInHeaders;
            bool isTail = isFragment && ((Bytes[2] << 8 | Bytes[3]) & 0xfff8) != 0;
            IsFragment |= isFragment;
            Next = Bytes[0];
            Bytes = Bytes[size..];
            Length -= size;
            // What the later fragments carry begins anywhere: no header to walk.
            if (isTail) return PacketProblem.None;
        }
        return PacketProblem.None;
    }
}
