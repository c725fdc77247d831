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
    private const ushort ServerName = 0;

    /// <summary>The server name; null: none is sent.</summary>
    public string? Name { get; init; }

    /// <summary>Text that travels in the session id (32 bytes at most), which servers of TLS 1.3 repeat and others ignore; empty: no session id.</summary>
    public string Token { get; init; } = "";

    /// <summary>The client's Source Connection ID, for a hello inside QUIC; null: over TCP.</summary>
    public byte[]? QuicSource { get; init; }

    /// <summary>More extensions, before the others.</summary>
    public IReadOnlyList<(ushort Type, byte[] Body)> More { get; init; } = [];

    /// <summary>More cipher suites, before the others: two bytes each.</summary>
    public byte[] MoreSuites { get; init; } = [];

    /// <summary>The list of supported_versions; empty: TLS 1.3, and 1.2 over TCP.</summary>
    public byte[] Versions { get; init; } = [];

    /// <summary>No key is offered, so that a server of TLS 1.3 asks for another hello (RFC 8446, 4.2.8: an empty client_shares).</summary>
    public bool AsksForRetry { get; init; }

    /// <summary>The extensions in this order of random numbers, as some browsers send them; null: as written.</summary>
    public int? Shuffle { get; init; }

    /// <summary>The name is the last extension.</summary>
    public bool IsNameLast { get; init; }

    /// <summary>Writes the handshake message.</summary>
    public byte[] Write()
    {
        // Any 32 bytes are a public key of X25519; nothing will be decrypted with it.
        byte[] key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        bool quic = QuicSource is not null;
        byte[] versions = Versions.Length > 0 ? Versions : quic ? [3, 4] : [3, 4, 3, 3];
        List<(ushort Type, byte[] Body)> extensions = [.. More];
        if (Name is not null) extensions.Add((ServerName, Vector16([0, .. Vector16(Encoding.ASCII.GetBytes(Name))])));
        extensions.AddRange([
            (10, Vector16(quic ? [0, 29] : [0, 29, 0, 23])),
            (13, Vector16([8, 4, 4, 3, 8, 5, 4, 1, .. quic ? (byte[])[] : [5, 3, 8, 6, 5, 1, 6, 1]])),
            (16, Vector16(quic ? [2, .. "h3"u8] : [8, .. "http/1.1"u8])),
            (43, [(byte)versions.Length, .. versions]),
            (45, [1, 1]),
            (51, Vector16(AsksForRetry ? [] : [0, 29, .. Vector16(key)])),
        ]);
        // initial_source_connection_id, initial_max_data, initial_max_streams_bidi; over TCP what TLS 1.2 wants: point formats, extended master secret, renegotiation info.
        if (QuicSource is { } source) extensions.Add((57, [15, (byte)source.Length, .. source, 4, 4, 0x80, 0, 0xff, 0xff, 8, 1, 16]));
        else extensions.AddRange([(11, [1, 0]), (23, []), (0xff01, [0])]);
        if (Shuffle is { } seed) new Random(seed).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(extensions));
        if (IsNameLast) extensions = [.. extensions.Where(e => e.Type != ServerName), .. extensions.Where(e => e.Type == ServerName)];
        byte[] session = Token.Length == 0 ? [] : Encoding.ASCII.GetBytes(Token.PadRight(MaxSessionBytes, '-')[..MaxSessionBytes]);
        byte[] body =
        [
            3, 3, .. Guid.NewGuid().ToByteArray(), .. Guid.NewGuid().ToByteArray(), (byte)session.Length, .. session, .. Vector16([.. MoreSuites, .. quic ? QuicSuites : Suites]), 1, 0,
            .. Vector16([.. extensions.SelectMany(e => Extension(e.Type, e.Body))]),
        ];
        return [1, 0, .. Vector16(body)];
    }

    /// <summary>Writes the message in one record, as it goes over TCP.</summary>
    public byte[] WriteRecord() => Record(Write());

    /// <summary>Wraps a part of a handshake message in a record of its own.</summary>
    public static byte[] Record(ReadOnlySpan<byte> part) => [22, 3, 1, (byte)(part.Length >> 8), (byte)part.Length, .. part];

    private static byte[] Extension(ushort type, byte[] body) => [(byte)(type >> 8), (byte)type, .. Vector16(body)];

    private static byte[] Vector16(byte[] bytes)
    {
        byte[] vector = new byte[2 + bytes.Length];
        BinaryPrimitives.WriteUInt16BigEndian(vector, (ushort)bytes.Length);
        bytes.CopyTo(vector, 2);
        return vector;
    }
}
