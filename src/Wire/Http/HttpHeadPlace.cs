namespace Exeat.Wire;

/// <summary>How far a request head was read that is not whole yet, so that each byte is read once however it arrives. A value of a few words; <c>default</c>: nothing was read.</summary>
public struct HttpHeadPlace
{
    internal RequestLine Request;
    internal HttpFields Fields;
    private int _line;

    /// <summary>Up to here the head was read, and the line that is not whole yet has no end.</summary>
    public int Seen { get; private set; }

    /// <summary>
    /// Takes the next line, which begins at <paramref name="at"/>. Lines end with CRLF; a bare CR, a bare LF and NUL are what smuggling is made of (RFC 9112, 2.2 and 11.2).
    /// </summary>
    internal ReadStatus NextLine(ReadOnlySpan<byte> head, out int at, out ReadOnlySpan<byte> line)
    {
        // Not the bytes that it was read from before.
        if (Seen > head.Length) this = default;
        at = _line;
        line = default;
        int end = head[Seen..].IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
        Seen = end < 0 ? head.Length : Seen + end;
        if (end < 0) return ReadStatus.NeedMore;
        if (head[Seen] != '\r') return ReadStatus.Malformed;
        if (Seen + 1 == head.Length) return ReadStatus.NeedMore;
        if (head[Seen + 1] != '\n') return ReadStatus.Malformed;
        line = head[_line..Seen];
        _line = Seen += 2;
        return ReadStatus.Found;
    }
}
