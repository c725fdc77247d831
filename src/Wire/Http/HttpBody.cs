namespace Exeat.Wire;

/// <summary>Follows the body of a request to its end, byte by byte: a length, or chunks (RFC 9112, 6 and 7.1). A value of a few words; <c>default</c> is at its end.</summary>
/// <remarks>
/// Chunk extensions and trailer fields are refused: nobody needs them, and servers read them differently. The bytes of a body may be anything, so those before a
/// mistake in its framing may have gone.
/// </remarks>
public struct HttpBody
{
    // 15 digits of a length in hexadecimal: within a long.
    private const int MostDigits = 15;

    /// <summary>CRLF.</summary>
    public const int EmptyLineBytes = 2;

    private long _left;
    private int _digits;
    private Place _place;
    private bool _mayHaveLine;

    private HttpBody(Place place, long left) => (_place, _left, _mayHaveLine) = (place, left, true);

    private enum Place : byte
    {
        End = 0,
        Bytes,
        Size,
        SizeLf,
        Chunk,
        ChunkCr,
        ChunkLf,
        LastCr,
        LastLf,
    }

    /// <summary>Whether the next byte begins a head.</summary>
    public readonly bool IsOver => _place == Place.End;

    /// <summary>The body that a head announces.</summary>
    public static HttpBody After(in HttpHeadView head) => head.BodyBytes switch
    {
        0 => new HttpBody(Place.End, 0),
        HttpHeadView.Chunked => new HttpBody(Place.Size, 0),
        _ => new HttpBody(Place.Bytes, head.BodyBytes),
    };

    /// <summary>Takes bytes of the body, up to its end. Malformed: <paramref name="taken"/> bytes were well.</summary>
    public ReadStatus Follow(ReadOnlySpan<byte> bytes, out int taken)
    {
        taken = 0;
        while (taken < bytes.Length && !IsOver)
        {
            if (_place is Place.Bytes or Place.Chunk)
            {
                int take = (int)Math.Min(_left, bytes.Length - taken);
                taken += take;
                _left -= take;
                if (_left == 0) _place = _place == Place.Bytes ? Place.End : Place.ChunkCr;
                continue;
            }
            if (!Step(bytes[taken])) return ReadStatus.Malformed;
            taken++;
        }
        return IsOver ? ReadStatus.Found : ReadStatus.NeedMore;
    }

    /// <summary>
    /// Passes over one empty line behind a body, which clients of old send (RFC 9112, 2.2). A server that does not pass over it answers with an error: to none does the next request begin
    /// elsewhere. A second one, or one before any request, is not passed over. Found: the two bytes are taken; NeedMore: half a line is here; Malformed: there is none.
    /// </summary>
    public ReadStatus PassEmptyLine(ReadOnlySpan<byte> bytes)
    {
        if (!IsOver || !_mayHaveLine || bytes.Length > 0 && bytes[0] != '\r' || bytes.Length > 1 && bytes[1] != '\n') return ReadStatus.Malformed;
        if (bytes.Length < EmptyLineBytes) return ReadStatus.NeedMore;
        _mayHaveLine = false;
        return ReadStatus.Found;
    }

    private bool Step(byte b)
    {
        switch (_place)
        {
            case Place.Size when b == '\r' && _digits > 0:
                return Go(Place.SizeLf);
            case Place.Size when char.IsAsciiHexDigit((char)b) && _digits < MostDigits:
                _left = _left << 4 | (uint)HexValue(b);
                _digits++;
                return true;
            case Place.SizeLf when b == '\n':
                return Go(_left == 0 ? Place.LastCr : Place.Chunk);
            case Place.ChunkCr when b == '\r':
                return Go(Place.ChunkLf);
            case Place.ChunkLf when b == '\n':
                return Go(Place.Size);
            case Place.LastCr when b == '\r':
                return Go(Place.LastLf);
            case Place.LastLf when b == '\n':
                return Go(Place.End);
            default:
                return false;
        }
    }

    private bool Go(Place place)
    {
        if (place == Place.Size) _left = 0;
        (_place, _digits) = (place, 0);
        return true;
    }

    private static int HexValue(byte b) => b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10;
}
