using System.Buffers.Binary;
using System.Text;

namespace Exeat.Lab.Attacks;

/// <summary>A ClientHello that QUIC servers accept (RFC 9001, 4 and 8.2): TLS 1.3, X25519, ALPN h3, transport parameters.</summary>
internal static class QuicHello
{
    /// <summary>Writes the handshake message; <paramref name="source"/> is the client's Source Connection ID.</summary>
    public static byte[] Write(string name, byte[] source)
    {
        byte[] host = Encoding.ASCII.GetBytes(name);
        // Any 32 bytes are a public key of X25519; nothing will be decrypted with it.
        byte[] key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        byte[] extensions =
        [
            .. Extension(0, Vector16([0, .. Vector16(host)])),
            .. Extension(10, Vector16([0, 29])),
            .. Extension(13, Vector16([8, 4, 4, 3, 8, 5, 4, 1])),
            .. Extension(16, Vector16([2, .. "h3"u8])),
            .. Extension(43, [2, 3, 4]),
            .. Extension(45, [1, 1]),
            .. Extension(51, Vector16([0, 29, .. Vector16(key)])),
            // initial_source_connection_id, initial_max_data, initial_max_streams_bidi
            .. Extension(57, [15, (byte)source.Length, .. source, 4, 4, 0x80, 0, 0xff, 0xff, 8, 1, 16]),
        ];
        byte[] body = [3, 3, .. Guid.NewGuid().ToByteArray(), .. Guid.NewGuid().ToByteArray(), 0, .. Vector16([0x13, 1, 0x13, 2]), 1, 0, .. Vector16(extensions)];
        return [1, 0, .. Vector16(body)];
    }

    private static byte[] Extension(ushort type, byte[] body) => [(byte)(type >> 8), (byte)type, .. Vector16(body)];

    private static byte[] Vector16(byte[] bytes)
    {
        byte[] vector = new byte[2 + bytes.Length];
        BinaryPrimitives.WriteUInt16BigEndian(vector, (ushort)bytes.Length);
        bytes.CopyTo(vector, 2);
        return vector;
    }
}
