namespace Exeat.Wire;

/// <summary>What differs between QUIC version 1 (RFC 9001) and version 2 (RFC 9369).</summary>
internal static class QuicVersion
{
    private static ReadOnlySpan<byte> Salt1 =>
        [0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a];

    private static ReadOnlySpan<byte> Salt2 =>
        [0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9];

    private static ReadOnlySpan<byte> RetryKey1 => [0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a, 0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e];

    private static ReadOnlySpan<byte> RetryKey2 => [0x8f, 0xb4, 0xb0, 0x1b, 0x56, 0xac, 0x48, 0xe2, 0x60, 0xfb, 0xcb, 0xce, 0xad, 0x7c, 0xcc, 0x92];

    private static ReadOnlySpan<byte> RetryNonce1 => [0x46, 0x15, 0x99, 0xd3, 0x5d, 0x63, 0x2b, 0xf2, 0x23, 0x98, 0x25, 0xbb];

    private static ReadOnlySpan<byte> RetryNonce2 => [0xd8, 0x69, 0x69, 0xbc, 0x2d, 0x7c, 0x6d, 0x99, 0x90, 0xef, 0xb0, 0x4a];

    public static bool IsKnown(uint version) => version is QuicHeader.Version1 or QuicHeader.Version2;

    /// <summary>RFC 9001, 5.2; RFC 9369, 3.3.1.</summary>
    public static ReadOnlySpan<byte> InitialSalt(uint version) => version == QuicHeader.Version2 ? Salt2 : Salt1;

    /// <summary>RFC 9001, 5.1; RFC 9369, 3.3.2.</summary>
    public static ReadOnlySpan<byte> KeyLabel(uint version) => version == QuicHeader.Version2 ? "quicv2 key"u8 : "quic key"u8;

    public static ReadOnlySpan<byte> IvLabel(uint version) => version == QuicHeader.Version2 ? "quicv2 iv"u8 : "quic iv"u8;

    public static ReadOnlySpan<byte> HeaderProtectionLabel(uint version) => version == QuicHeader.Version2 ? "quicv2 hp"u8 : "quic hp"u8;

    /// <summary>RFC 9001, 5.8; RFC 9369, 3.3.3.</summary>
    public static ReadOnlySpan<byte> RetryKey(uint version) => version == QuicHeader.Version2 ? RetryKey2 : RetryKey1;

    public static ReadOnlySpan<byte> RetryNonce(uint version) => version == QuicHeader.Version2 ? RetryNonce2 : RetryNonce1;

    /// <summary>The kind that the two type bits stand for (RFC 9000, 17.2; RFC 9369, 3.2).</summary>
    public static QuicPacketKind Kind(uint version, byte first)
    {
        int type = first >> 4 & 3;
        if (version == QuicHeader.Version2) type = type + 3 & 3;
        return (QuicPacketKind)((int)QuicPacketKind.Initial + type);
    }

    /// <summary>The first byte of an Initial with a packet number of <paramref name="numberBytes"/>.</summary>
    public static byte InitialFirstByte(uint version, int numberBytes) => (byte)((version == QuicHeader.Version2 ? 0xd0 : 0xc0) | numberBytes - 1);
}
