namespace Exeat.Lab.Attacks;

/// <summary>A ClientHello that QUIC servers accept (RFC 9001, 4 and 8.2): TLS 1.3, X25519, ALPN h3, transport parameters.</summary>
internal static class QuicHello
{
    /// <summary>Writes the handshake message; <paramref name="source"/> is the client's Source Connection ID.</summary>
    public static byte[] Write(string name, byte[] source) => new ClientHelloDraft { Name = name, QuicSource = source }.Write();
}
