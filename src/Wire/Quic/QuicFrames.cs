namespace Exeat.Wire;

/// <summary>Walks the frames of an opened Initial packet. Only what RFC 9000, 12.4 allows there: PADDING, PING, ACK, CRYPTO, CONNECTION_CLOSE of the transport.</summary>
public ref struct QuicFrames(ReadOnlySpan<byte> frames)
{
    private const ulong Padding = 0, Ping = 1, Ack = 2, AckEcn = 3, Crypto = 6, ConnectionClose = 0x1c;
    private ByteReader _rest = new(frames);

    /// <summary>Whether a CONNECTION_CLOSE was met.</summary>
    public bool Closes { get; private set; }

    /// <summary>
    /// Goes on to the next CRYPTO frame: Found; NeedMore when there is none left; Malformed when a frame is cut, or is none of an Initial's.
    /// </summary>
    public ReadStatus NextCrypto(out ulong offset, out ReadOnlySpan<byte> data)
    {
        offset = 0;
        data = default;
        while (!_rest.IsEmpty)
        {
            if (!QuicNumber.TryRead(ref _rest, out ulong type)) return ReadStatus.Malformed;
            switch (type)
            {
                case Padding:
                    _rest.TrySkip(_rest.Rest.IndexOfAnyExcept((byte)0) is >= 0 and var zeros ? zeros : _rest.Length);
                    continue;
                case Ping:
                    continue;
                case Ack or AckEcn:
                    if (!SkipAck(type == AckEcn)) return ReadStatus.Malformed;
                    continue;
                case ConnectionClose:
                    if (!SkipClose()) return ReadStatus.Malformed;
                    Closes = true;
                    continue;
                case Crypto:
                    if (!QuicNumber.TryRead(ref _rest, out offset) || !QuicNumber.TryRead(ref _rest, out ulong length) || length > (ulong)_rest.Length) return ReadStatus.Malformed;
                    _rest.TryReadBytes((int)length, out data);
                    return ReadStatus.Found;
                default:
                    return ReadStatus.Malformed;
            }
        }
        return ReadStatus.NeedMore;
    }

    // RFC 9000, 19.3: largest, delay, count, first range, count × (gap, range), and three counts with ECN. Every pair takes two bytes at least.
    private bool SkipAck(bool ecn)
    {
        if (!Skip(2) || !QuicNumber.TryRead(ref _rest, out ulong ranges) || ranges > (ulong)_rest.Length / 2) return false;
        return Skip(1 + 2 * (int)ranges + (ecn ? 3 : 0));
    }

    // RFC 9000, 19.19: error, frame type, reason.
    private bool SkipClose() => Skip(2) && QuicNumber.TryRead(ref _rest, out ulong reason) && reason <= (ulong)_rest.Length && _rest.TrySkip((int)reason);

    private bool Skip(int numbers)
    {
        for (int i = 0; i < numbers; i++)
        {
            if (!QuicNumber.TryRead(ref _rest, out _)) return false;
        }
        return true;
    }
}
