namespace Exeat.Wire;

/// <summary>Walks the packets that are coalesced in one datagram (RFC 9000, 12.2). Never throws, allocates nothing.</summary>
/// <remarks>
/// <code>
/// long header  | 1 f tt rrpp | version 4 | len DCID | len SCID | (Initial: varint token) | varint length | number … payload |
/// </code>
/// The fixed bit f is not looked at: a client may clear it (RFC 9287).
/// </remarks>
public ref struct QuicDatagram(ReadOnlySpan<byte> datagram)
{
    /// <summary>The longest connection id of versions 1 and 2 (RFC 9000, 17.2).</summary>
    public const int MaxConnectionIdBytes = 20;

    private const int RetryTagBytes = 16;
    private ReadOnlySpan<byte> _rest = datagram;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>Reads the next packet; false when the bytes are none. Needs <see cref="IsEmpty"/> to be false.</summary>
    public bool TryRead(out QuicPacket packet)
    {
        packet = default;
        ReadOnlySpan<byte> all = _rest;
        _rest = default;
        if (all.IsEmpty) return false;
        if ((all[0] & 0x80) == 0)
        {
            packet = new QuicPacket { Kind = QuicPacketKind.Short, Bytes = all };
            return true;
        }
        var reader = new ByteReader(all[1..]);
        if (!reader.TryReadUInt32(out uint version) || !reader.TryReadVector8(out ByteReader to) || !reader.TryReadVector8(out ByteReader from)) return false;
        if (!QuicVersion.IsKnown(version))
        {
            QuicPacketKind kind = version == 0 ? QuicPacketKind.VersionNegotiation : QuicPacketKind.UnknownVersion;
            packet = new QuicPacket { Kind = kind, Version = version, Destination = to.Rest, Source = from.Rest, Bytes = all };
            return true;
        }
        if (to.Length > MaxConnectionIdBytes || from.Length > MaxConnectionIdBytes) return false;
        return TryReadKnown(all, reader, QuicVersion.Kind(version, all[0]), version, to.Rest, from.Rest, out packet);
    }

    private bool TryReadKnown(
        ReadOnlySpan<byte> all, scoped ByteReader reader, QuicPacketKind kind, uint version, ReadOnlySpan<byte> to, ReadOnlySpan<byte> from, out QuicPacket packet)
    {
        packet = default;
        ReadOnlySpan<byte> token = default;
        if (kind == QuicPacketKind.Retry)
        {
            if (reader.Length < RetryTagBytes) return false;
            packet = new QuicPacket { Kind = kind, Version = version, Destination = to, Source = from, Token = all[^reader.Length..^RetryTagBytes], Bytes = all };
            return true;
        }
        if (kind == QuicPacketKind.Initial)
        {
            if (!QuicNumber.TryRead(ref reader, out ulong tokenBytes) || tokenBytes > (ulong)reader.Length) return false;
            token = all.Slice(all.Length - reader.Length, (int)tokenBytes);
            reader.TrySkip((int)tokenBytes);
        }
        if (!QuicNumber.TryRead(ref reader, out ulong length) || length > (ulong)reader.Length) return false;
        int numberOffset = all.Length - reader.Length, end = numberOffset + (int)length;
        packet = new QuicPacket { Kind = kind, Version = version, Destination = to, Source = from, Token = token, Bytes = all[..end], NumberOffset = numberOffset };
        _rest = all[end..];
        return true;
    }
}
