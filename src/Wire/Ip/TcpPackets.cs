using Exeat.Names;

namespace Exeat.Wire;

/// <summary>The TCP packets that the gateway itself sends.</summary>
public static class TcpPackets
{
    /// <summary>Room for any packet written here.</summary>
    public const int MaxResetBytes = 60;

    /// <summary>
    /// Writes a whole reset packet, IPv4 or IPv6 by the addresses, and returns its length; 0 when they do not fit each other or the room is
    /// too small.
    /// </summary>
    /// <remarks>
    /// A reset is believed only at the exact next sequence number the receiver waits for (RFC 5961, 3.2): for the client that is what the server
    /// would send next, for the server what the client would. Answering a SYN: sequence 0, acknowledging SYN + 1 (RFC 9293, 3.10.7.1).
    /// </remarks>
    public static int WriteReset(
        Span<byte> destination, Address source, Address dest, ushort sport, ushort dport, uint seq, uint ack, bool withAck)
    {
        var draft = new PacketDraft
        {
            Source = source,
            Destination = dest,
            Protocol = IpProtocol.Tcp,
            SourcePort = sport,
            DestinationPort = dport,
            Sequence = seq,
            Acknowledgement = withAck ? ack : 0,
            Flags = withAck ? TcpFlags.Rst | TcpFlags.Ack : TcpFlags.Rst,
            Window = 0,
        };
        return PacketWriter.Write(draft, destination);
    }
}
