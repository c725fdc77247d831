namespace Exeat.Wire;

/// <summary>Tells a client's protocol by its first bytes. Most protocols show themselves in the first few, and lines of text at their end.</summary>
public static class FirstBytes
{
    /// <summary>After so many bytes the answer is final: as many as a head may have (<see cref="HttpHead.MaxBytes"/>).</summary>
    public const int MaxBytes = HttpHead.MaxBytes;

    // Record types (RFC 8446, 5.1), and the bytes before a record's content.
    private const byte ChangeCipherSpec = 20, Alert = 21, Handshake = 22, ApplicationData = 23;
    private const int RecordHeader = 5;

    /// <summary>Classifies the beginning of a client's byte stream.</summary>
    public static ClientProtocol Classify(ReadOnlySpan<byte> stream)
    {
        FirstLine line = default;
        return Classify(stream, ref line);
    }

    /// <summary>Goes on from where <paramref name="line"/> says an earlier look at the same bytes, and perhaps fewer of them, had to stop. The answer is that of a look at all of them.</summary>
    public static ClientProtocol Classify(ReadOnlySpan<byte> stream, ref FirstLine line)
    {
        if (stream.IsEmpty) return ClientProtocol.NeedMore;
        if (stream[0] is >= ChangeCipherSpec and <= ApplicationData) return ByRecord(stream);
        // What goes on so long without showing itself is held to the rules of a request: a name may be hidden behind it.
        ClientProtocol shape = line.Read(stream[..Math.Min(stream.Length, MaxBytes)]);
        if (shape == ClientProtocol.NeedMore && stream.Length >= MaxBytes) return ClientProtocol.Http;
        // Last, since some servers know a method by that name, as they know any.
        return shape == ClientProtocol.Unknown && stream.StartsWith("SSH-"u8) ? ClientProtocol.Ssh : shape;
    }

    // What servers begin with, not what the standard says: a hello may stand behind a warning (JSSE), behind records without content (OpenSSL, JSSE; old ones whatever their type) or behind the
    // ChangeCipherSpec of TLS 1.3 (GnuTLS), and its records may have versions that do not exist (Go reads all below 0x1000, JSSE too). With another message than a ClientHello,
    // or with data, no handshake begins: all of these end the connection. Such bytes, lengths of other protocols mostly, name nobody.
    private static ClientProtocol ByRecord(ReadOnlySpan<byte> stream)
    {
        if (stream.Length == 1) return ClientProtocol.NeedMore;
        if (stream[1] >= 0x10) return ClientProtocol.Unknown;
        if (stream[0] == Alert) return ClientProtocol.Tls;
        if (stream.Length < RecordHeader) return ClientProtocol.NeedMore;
        if (stream[3] == 0 && stream[4] == 0) return ClientProtocol.Tls;
        if (stream[0] == ApplicationData) return ClientProtocol.Unknown;
        if (stream.Length == RecordHeader) return ClientProtocol.NeedMore;
        // The type of a ClientHello, and all that a ChangeCipherSpec says. Before a ClientHello BearSSL passes over any number of HelloRequests (0), in records of a version that exists.
        return stream[RecordHeader] == 1 || stream[RecordHeader] == 0 && stream[0] == Handshake && stream[1] == 3 ? ClientProtocol.Tls : ClientProtocol.Unknown;
    }
}
