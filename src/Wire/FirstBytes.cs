namespace Exeat.Wire;

/// <summary>Tells a client's protocol by its first bytes, at most <see cref="MaxBytes"/> of them.</summary>
public static class FirstBytes
{
    /// <summary>After so many bytes the answer is final.</summary>
    public const int MaxBytes = 10;

    /// <summary>Classifies the beginning of a client's byte stream.</summary>
    public static ClientProtocol Classify(ReadOnlySpan<byte> stream)
    {
        if (stream.IsEmpty) return ClientProtocol.NeedMore;
        // ChangeCipherSpec, alert, handshake, application data: a stream that begins with another record than a handshake is broken TLS, not unknown. So is one with
        // a version that does not exist: Go reads every first record below 0x1000, and the name in it.
        if (stream[0] is >= 20 and <= 23)
            return stream.Length == 1 ? ClientProtocol.NeedMore : stream[1] < 0x10 ? ClientProtocol.Tls : ClientProtocol.Unknown;
        ClientProtocol found = Compare(stream, "SSH-"u8, ClientProtocol.Ssh);
        if (found == ClientProtocol.Unknown) found = Compare(stream, "GET "u8, ClientProtocol.Http);
        if (found == ClientProtocol.Unknown) found = Compare(stream, "HEAD "u8, ClientProtocol.Http);
        if (found == ClientProtocol.Unknown) found = Compare(stream, "POST "u8, ClientProtocol.Http);
        if (found == ClientProtocol.Unknown) found = Compare(stream, "PUT "u8, ClientProtocol.Http);
        if (found == ClientProtocol.Unknown) found = Compare(stream, "PATCH "u8, ClientProtocol.Http);
        // The preface of HTTP/2 without TLS: "PRI * HTTP/2.0" (RFC 9113, 3.4).
        if (found == ClientProtocol.Unknown) found = Compare(stream, "PRI "u8, ClientProtocol.Http);
        if (found == ClientProtocol.Unknown) found = Compare(stream, "DELETE "u8, ClientProtocol.Http);
        if (found == ClientProtocol.Unknown) found = Compare(stream, "CONNECT "u8, ClientProtocol.Http);
        if (found == ClientProtocol.Unknown) found = Compare(stream, "OPTIONS "u8, ClientProtocol.Http);
        if (found == ClientProtocol.Unknown) found = Compare(stream, "TRACE "u8, ClientProtocol.Http);
        if (found == ClientProtocol.Unknown) found = Compare(stream, "PROPFIND "u8, ClientProtocol.Http);
        return found;
    }

    private static ClientProtocol Compare(ReadOnlySpan<byte> stream, ReadOnlySpan<byte> start, ClientProtocol protocol)
    {
        int known = Math.Min(stream.Length, start.Length);
        if (!stream[..known].SequenceEqual(start[..known])) return ClientProtocol.Unknown;
        return known == start.Length ? protocol : ClientProtocol.NeedMore;
    }
}
