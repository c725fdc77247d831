using System.Buffers.Binary;
using System.Text;

namespace Exeat.Lab.Attacks;

/// <summary>A ClientHello that real servers answer, made by hand: whoever sends it says exactly what is in it, and needs no TLS library. Nothing is ever decrypted with it.</summary>
public sealed record ClientHelloDraft
{
    // TLS 1.3, then what servers of TLS 1.2 take with either kind of certificate.
    private static readonly byte[] Suites = [0x13, 1, 0x13, 2, 0x13, 3, 0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0xcc, 0xa9, 0xcc, 0xa8, 0, 0x9c, 0, 0x9d, 0, 0x2f, 0, 0x35];
    private static readonly byte[] QuicSuites = [0x13, 1, 0x13, 2];
    private const int MaxSessionBytes = 32;

    /// <summary>The server name; null: none is sent.</summary>
    public string? Name { get; init; }

    /// <summary>Text that travels in the session id (32 bytes at most), which servers of TLS 1.3 repeat and others ignore; empty: no session id.</summary>
    public string Token { get; init; } = "";

    /// <summary>The client's Source Connection ID, for a hello inside QUIC; null: over TCP.</summary>
    public byte[]? QuicSource { get; init; }

    /// <summary>Writes the handshake message.</summary>
    public byte[] Write()
    {
        // Any 32 bytes are a public key of X25519; nothing will be decrypted with it.
        byte[] key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        bool quic = QuicSource is not null;
        byte[] extensions =
        [
            .. Name is null ? [] : Extension(0, Vector16([0, .. Vector16(Encoding.ASCII.GetBytes(Name))])),
            .. Extension(10, Vector16(quic ? [0, 29] : [0, 29, 0, 23])),
            .. Extension(13, Vector16([8, 4, 4, 3, 8, 5, 4, 1, .. quic ? (byte[])[] : [5, 3, 8, 6, 5, 1, 6, 1]])),
            .. Extension(16, Vector16(quic ? [2, .. "h3"u8] : [8, .. "http/1.1"u8])),
            // supported_versions: 1.3, and 1.2 over TCP.
            .. Extension(43, quic ? [2, 3, 4] : [4, 3, 4, 3, 3]),
            .. Extension(45, [1, 1]),
            .. Extension(51, Vector16([0, 29, .. Vector16(key)])),
            // initial_source_connection_id, initial_max_data, initial_max_streams_bidi; over TCP what TLS 1.2 wants: point formats, extended master secret, renegotiation info.
            .. QuicSource is { } source
                ? Extension(57, [15, (byte)source.Length, .. source, 4, 4, 0x80, 0, 0xff, 0xff, 8, 1, 16])
                : [.. Extension(11, [1, 0]), .. Extension(23, []), .. Extension(0xff01, [0])],
        ];
        byte[] session = Token.Length == 0 ? [] : Encoding.ASCII.GetBytes(Token.PadRight(MaxSessionBytes, '-')[..MaxSessionBytes]);
        byte[] body = [3, 3, .. Guid.NewGuid().ToByteArray(), .. Guid.NewGuid().ToByteArray(), (byte)session.Length, .. session, .. Vector16(quic ? QuicSuites : Suites), 1, 0, .. Vector16(extensions)];
        return [1, 0, .. Vector16(body)];
    }

    /// <summary>Writes the message in one record, as it goes over TCP.</summary>
    public byte[] WriteRecord() => [22, 3, 1, .. Vector16(Write())];

    private static byte[] Extension(ushort type, byte[] body) => [(byte)(type >> 8), (byte)type, .. Vector16(body)];

    private static byte[] Vector16(byte[] bytes)
    {
        byte[] vector = new byte[2 + bytes.Length];
        BinaryPrimitives.WriteUInt16BigEndian(vector, (ushort)bytes.Length);
        bytes.CopyTo(vector, 2);
        return vector;
    }
}
