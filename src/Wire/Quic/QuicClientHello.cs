using Exeat.Names;

namespace Exeat.Wire;

/// <summary>Reads the ClientHello from the CRYPTO stream of QUIC Initials: the handshake message as in TLS, without records (RFC 9001, 4.1.3).</summary>
public static class QuicClientHello
{
    private const byte ClientHello = 1;

    /// <summary>
    /// Reads a hello from the stream's beginning. <paramref name="nameBuffer"/> needs <see cref="CanonicalName.MaxBytes"/>; <see cref="ClientHelloView.HelloBytes"/> is the
    /// message's length.
    /// </summary>
    public static ReadStatus Read(ReadOnlySpan<byte> stream, Span<byte> nameBuffer, out ClientHelloView hello)
    {
        const int header = HandshakeRecords.MessageHeaderBytes;
        hello = default;
        if (nameBuffer.Length < CanonicalName.MaxBytes) return Fail(HelloProblem.NameBufferTooSmall, out hello);
        if (stream.IsEmpty) return ReadStatus.NeedMore;
        if (stream[0] != ClientHello) return Fail(HelloProblem.NotClientHello, out hello);
        if (stream.Length < header) return ReadStatus.NeedMore;
        int length = stream[1] << 16 | stream[2] << 8 | stream[3];
        if (length > TlsClientHello.MaxBytes) return Fail(HelloProblem.TooLong, out hello);
        var body = new HelloBody(nameBuffer);
        ReadStatus status = body.Read(new PrefixReader(stream[header..Math.Min(stream.Length, header + length)], length));
        hello = body.View with { HelloBytes = status == ReadStatus.Found ? header + length : 0 };
        return status;
    }

    private static ReadStatus Fail(HelloProblem problem, out ClientHelloView hello)
    {
        hello = new ClientHelloView { Problem = problem };
        return ReadStatus.Malformed;
    }
}
