using System.Buffers.Binary;

namespace Exeat.Wire;

/// <summary>Recognises the long header that every new QUIC connection begins with (RFC 8999, 5.1). Reads of it what costs nothing.</summary>
public static class QuicHeader
{
    /// <summary>QUIC version 1 (RFC 9000).</summary>
    public const uint Version1 = 0x00000001;

    /// <summary>QUIC version 2 (RFC 9369).</summary>
    public const uint Version2 = 0x6b3343cf;

    private const int MaxConnectionIdBytes = 20;

    /// <summary>Whether a long header of version 1 or 2 might begin anywhere in these bytes. Random bytes say so at one place in four thousand million.</summary>
    public static bool MayHoldLongHeader(ReadOnlySpan<byte> bytes) => Holds(bytes, [0, 0, 0, 1]) || Holds(bytes, [0x6b, 0x33, 0x43, 0xcf]);

    /// <summary>
    /// Whether a datagram begins with a long header of a version that clients offer: 1, 2, the drafts, and reserved ones (RFC 9000, 15).
    /// </summary>
    /// <remarks>
    /// Version negotiation (version 0) comes from servers only. Other numbers are not QUIC to us: half of all DNS messages have the first
    /// bit set.
    /// </remarks>
    public static bool LooksLikeLongHeader(ReadOnlySpan<byte> udpPayload, out uint version)
    {
        version = 0;
        if (udpPayload.Length < 7 || (udpPayload[0] & 0x80) == 0) return false;
        uint stated = BinaryPrimitives.ReadUInt32BigEndian(udpPayload[1..]);
        bool isOffered = stated is Version1 or Version2 || stated >> 8 == 0xff0000 || (stated & 0x0f0f0f0f) == 0x0a0a0a0a;
        var ids = new ByteReader(udpPayload[5..]);
        if (!isOffered || !ids.TryReadVector8(out ByteReader to) || !ids.TryReadVector8(out ByteReader from)) return false;
        if (to.Length > MaxConnectionIdBytes || from.Length > MaxConnectionIdBytes) return false;
        version = stated;
        return true;
    }

    private static bool Holds(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> version)
    {
        for (int at; (at = bytes.IndexOf(version)) >= 0; bytes = bytes[(at + 1)..])
        {
            if (at > 0 && (bytes[at - 1] & 0x80) != 0) return true;
        }
        return false;
    }
}
