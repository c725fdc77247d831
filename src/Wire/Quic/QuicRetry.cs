using System.Security.Cryptography;

namespace Exeat.Wire;

/// <summary>Says whether a Retry answers a client's first Initial (RFC 9001, 5.8): only who saw that Initial can make its tag.</summary>
public static class QuicRetry
{
    private const int TagBytes = 16;
    private const int MaxBytes = 1500;

    /// <summary>Whether the packet is a Retry whose tag fits the Destination Connection ID that the client used first.</summary>
    public static bool IsAuthentic(in QuicPacket packet, ReadOnlySpan<byte> originalId)
    {
        if (packet.Kind != QuicPacketKind.Retry || packet.Bytes.Length > MaxBytes || originalId.Length > QuicDatagram.MaxConnectionIdBytes) return false;
        Span<byte> pseudo = stackalloc byte[1 + originalId.Length + packet.Bytes.Length - TagBytes];
        WritePseudo(packet.Bytes[..^TagBytes], originalId, pseudo);
        Span<byte> tag = stackalloc byte[TagBytes];
        using var gcm = new AesGcm(QuicVersion.RetryKey(packet.Version), TagBytes);
        gcm.Encrypt(QuicVersion.RetryNonce(packet.Version), default, default, tag, pseudo);
        return CryptographicOperations.FixedTimeEquals(tag, packet.Bytes[^TagBytes..]);
    }

    private static void WritePseudo(ReadOnlySpan<byte> retry, ReadOnlySpan<byte> originalId, Span<byte> pseudo)
    {
        pseudo[0] = (byte)originalId.Length;
        originalId.CopyTo(pseudo[1..]);
        retry.CopyTo(pseudo[(1 + originalId.Length)..]);
    }
}
