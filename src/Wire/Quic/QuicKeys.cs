using System.Security.Cryptography;

namespace Exeat.Wire;

/// <summary>The keys of one side's Initial packets: anybody who saw the first Destination Connection ID can derive them (RFC 9001, 5.2).</summary>
internal readonly ref struct QuicKeys
{
    public const int Bytes = 16 + NonceBytes + 16;

    private const int NonceBytes = 12;
    private readonly Span<byte> _room;

    /// <summary>Derives into <paramref name="room"/>, which takes <see cref="Bytes"/>.</summary>
    public QuicKeys(uint version, scoped ReadOnlySpan<byte> connectionId, bool ofServer, Span<byte> room)
    {
        Span<byte> initial = stackalloc byte[32], secret = stackalloc byte[32];
        HKDF.Extract(HashAlgorithmName.SHA256, connectionId, QuicVersion.InitialSalt(version), initial);
        Expand(initial, ofServer ? "server in"u8 : "client in"u8, secret);
        _room = room[..Bytes];
        Expand(secret, QuicVersion.KeyLabel(version), _room[..16]);
        Expand(secret, QuicVersion.IvLabel(version), _room.Slice(16, NonceBytes));
        Expand(secret, QuicVersion.HeaderProtectionLabel(version), _room[28..]);
    }

    public ReadOnlySpan<byte> Key => _room[..16];

    public ReadOnlySpan<byte> HeaderProtection => _room[28..];

    /// <summary>RFC 9001, 5.3: the packet number over the end of the IV.</summary>
    public void WriteNonce(ulong number, Span<byte> nonce)
    {
        _room.Slice(16, NonceBytes).CopyTo(nonce);
        for (int i = 0; i < 8; i++) nonce[NonceBytes - 1 - i] ^= (byte)(number >> 8 * i);
    }

    // HKDF-Expand-Label with an empty context (RFC 8446, 7.1).
    private static void Expand(scoped ReadOnlySpan<byte> secret, scoped ReadOnlySpan<byte> label, scoped Span<byte> destination)
    {
        Span<byte> info = stackalloc byte[4 + 6 + label.Length];
        info[0] = 0;
        info[1] = (byte)destination.Length;
        info[2] = (byte)(6 + label.Length);
        "tls13 "u8.CopyTo(info[3..]);
        label.CopyTo(info[9..]);
        info[^1] = 0;
        HKDF.Expand(HashAlgorithmName.SHA256, secret, destination, info);
    }
}
