using System.Security.Cryptography;

namespace Exeat.Wire;

/// <summary>Opens Initial packets. Keeps its buffers: one for each thread.</summary>
/// <remarks>
/// <c>AesGcm.Decrypt</c> throws on a wrong tag, and hostile bytes are no exception here. So the counter keystream is made with AES-ECB, the plaintext encrypted again with
/// <c>AesGcm.Encrypt</c>, and the tags are compared. About 350 bytes are allocated for each packet, by the keys' native handles.
/// </remarks>
public sealed class QuicInitialOpener : IDisposable
{
    /// <summary>The longest Initial that is opened; a longer one does not fit a frame of any usual link.</summary>
    public const int MaxPacketBytes = 9216;

    private const int TagBytes = 16;
    private const int SampleBytes = 16;
    private readonly byte[] _header = new byte[MaxPacketBytes];
    private readonly byte[] _plain = new byte[MaxPacketBytes];
    private readonly byte[] _again = new byte[MaxPacketBytes];
    private readonly byte[] _counters = new byte[MaxPacketBytes + 16];
    private readonly byte[] _stream = new byte[MaxPacketBytes + 16];
    private readonly Aes _aes = Aes.Create();

    /// <summary>
    /// Opens a packet with the keys of <paramref name="connectionId"/>, the Destination Connection ID that the client first used (or that a Retry gave it).
    /// <paramref name="expected"/> is one more than the largest packet number seen. False: these keys did not protect it. <paramref name="frames"/> is valid until the next call.
    /// </summary>
    public bool TryOpen(scoped in QuicPacket packet, ReadOnlySpan<byte> connectionId, bool ofServer, ulong expected, out ulong number, out ReadOnlySpan<byte> frames)
    {
        number = 0;
        frames = default;
        ReadOnlySpan<byte> bytes = packet.Bytes;
        int at = packet.NumberOffset;
        if (packet.Kind != QuicPacketKind.Initial || bytes.Length > MaxPacketBytes || bytes.Length < at + 4 + SampleBytes) return false;
        var keys = new QuicKeys(packet.Version, connectionId, ofServer, stackalloc byte[QuicKeys.Bytes]);

        // RFC 9001, 5.4: the mask comes from a sample of the ciphertext, taken as if the number had four bytes.
        Span<byte> mask = stackalloc byte[16];
        _aes.SetKey(keys.HeaderProtection);
        _aes.EncryptEcb(bytes.Slice(at + 4, SampleBytes), mask, PaddingMode.None);
        byte first = (byte)(bytes[0] ^ mask[0] & 0x0f);
        int numberBytes = (first & 3) + 1;
        Span<byte> header = _header.AsSpan(0, at + numberBytes);
        bytes[..header.Length].CopyTo(header);
        header[0] = first;
        uint truncated = 0;
        for (int i = 0; i < numberBytes; i++) truncated = truncated << 8 | (header[at + i] ^= mask[1 + i]);
        number = Decode(expected, truncated, numberBytes * 8);

        ReadOnlySpan<byte> cipher = bytes[header.Length..^TagBytes];
        Span<byte> nonce = stackalloc byte[12], tag = stackalloc byte[TagBytes];
        keys.WriteNonce(number, nonce);
        Span<byte> plain = _plain.AsSpan(0, cipher.Length);
        Decipher(keys.Key, nonce, cipher, plain);
        using var gcm = new AesGcm(keys.Key, TagBytes);
        gcm.Encrypt(nonce, plain, _again.AsSpan(0, plain.Length), tag, header);
        if (!CryptographicOperations.FixedTimeEquals(tag, bytes[^TagBytes..])) return false;
        frames = plain;
        return true;
    }

    /// <summary>Lets go of the native handles.</summary>
    public void Dispose() => _aes.Dispose();

    // The counter mode inside GCM (NIST SP 800-38D, 7.1): block i is E(nonce ‖ i + 2).
    private void Decipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, Span<byte> plain)
    {
        int blocks = (cipher.Length + 15) / 16;
        if (blocks == 0) return;
        Span<byte> counters = _counters.AsSpan(0, blocks * 16);
        for (int i = 0; i < blocks; i++)
        {
            Span<byte> block = counters.Slice(i * 16, 16);
            nonce.CopyTo(block);
            uint counter = (uint)i + 2;
            (block[12], block[13], block[14], block[15]) = ((byte)(counter >> 24), (byte)(counter >> 16), (byte)(counter >> 8), (byte)counter);
        }
        _aes.SetKey(key);
        _aes.EncryptEcb(counters, _stream, PaddingMode.None);
        for (int i = 0; i < cipher.Length; i++) plain[i] = (byte)(cipher[i] ^ _stream[i]);
    }

    // RFC 9000, A.3
    private static ulong Decode(ulong expected, uint truncated, int bits)
    {
        ulong window = 1UL << bits, half = window / 2;
        ulong candidate = expected & ~(window - 1) | truncated;
        if (candidate + half <= expected && candidate < (1UL << 62) - window) return candidate + window;
        return candidate > expected + half && candidate >= window ? candidate - window : candidate;
    }
}
