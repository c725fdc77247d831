namespace Exeat.Wire;

/// <summary>The letters of HTTP/1 (RFC 9110, 5.6).</summary>
internal static class HttpText
{
    /// <summary>Whether the byte may stand in a token (RFC 9110, 5.6.2).</summary>
    public static bool IsTokenByte(byte b) => char.IsAsciiLetterOrDigit((char)b) || "!#$%&'*+-.^_`|~"u8.Contains(b);

    /// <summary>Whether all of it is one token, and not empty.</summary>
    public static bool IsToken(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            if (!IsTokenByte(b)) return false;
        }
        return text.Length > 0;
    }

    /// <summary>A control character other than a tab: no field has one (RFC 9110, 5.5).</summary>
    public static bool HasControl(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            if (b < 0x20 && b != '\t' || b == 0x7f) return true;
        }
        return false;
    }

    /// <summary>
    /// Takes a line off the front. Lines end with CRLF; a bare CR, a bare LF and NUL are what smuggling is made of (RFC 9112, 2.2 and 11.2).
    /// </summary>
    public static ReadStatus ReadLine(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        line = default;
        int end = rest.IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
        if (end < 0) return ReadStatus.NeedMore;
        if (rest[end] != '\r') return ReadStatus.Malformed;
        if (end + 1 == rest.Length) return ReadStatus.NeedMore;
        if (rest[end + 1] != '\n') return ReadStatus.Malformed;
        line = rest[..end];
        rest = rest[(end + 2)..];
        return ReadStatus.Found;
    }
}
