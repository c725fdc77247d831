namespace Exeat.Wire;

/// <summary>Tells a HelloRetryRequest from everything else at the beginning of a server's byte stream.</summary>
public static class TlsServerHello
{
    private const byte ChangeCipherSpecRecord = 20;
    private const byte AlertRecord = 21;
    private const byte HandshakeRecord = 22;
    private const byte Warning = 1;
    private const byte ServerHello = 2;

    /// <summary>Handshake header, legacy_version, random.</summary>
    private const int RandomEnd = RandomStart + 32;
    private const int RandomStart = 4 + 2;

    /// <summary>SHA-256 of "HelloRetryRequest" (RFC 8446, 4.1.3).</summary>
    public static ReadOnlySpan<byte> RetryRandom =>
    [
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
        0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
    ];

    /// <summary>Classifies the bytes that the server has sent so far, from its first one.</summary>
    /// <remarks>
    /// Warnings (a TLS 1.2 server may send unrecognized_name) and ChangeCipherSpec before the hello are passed over, since clients do so
    /// too.
    /// </remarks>
    public static ServerFirst Classify(ReadOnlySpan<byte> serverStream)
    {
        int seen = 0;
        for (ReadOnlySpan<byte> rest = serverStream; ;)
        {
            if (rest.IsEmpty) return ServerFirst.NeedMore;
            byte type = rest[0];
            if (type is not (ChangeCipherSpecRecord or AlertRecord or HandshakeRecord)) return ServerFirst.Other;
            if (rest.Length > 1 && rest[1] != 3) return ServerFirst.Other;
            if (rest.Length < 5) return ServerFirst.NeedMore;
            int length = rest[3] << 8 | rest[4];
            ReadOnlySpan<byte> body = rest[5..Math.Min(5 + length, rest.Length)];
            if (type == AlertRecord && !body.IsEmpty && body[0] != Warning) return ServerFirst.Other;
            if (type == HandshakeRecord)
            {
                foreach (byte b in body[..Math.Min(body.Length, RandomEnd - seen)])
                {
                    if (!Fits(seen++, b)) return ServerFirst.Other;
                }
                if (seen == RandomEnd) return ServerFirst.HelloRetryRequest;
            }
            if (5 + length > rest.Length) return ServerFirst.NeedMore;
            rest = rest[(5 + length)..];
        }
    }

    private static bool Fits(int at, byte b) => at == 0 ? b == ServerHello : at < RandomStart || b == RetryRandom[at - RandomStart];
}
