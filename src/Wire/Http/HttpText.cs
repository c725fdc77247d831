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
}
