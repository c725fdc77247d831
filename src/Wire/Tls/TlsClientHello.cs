using Exeat.Names;

namespace Exeat.Wire;

/// <summary>Reads the ClientHello at the beginning of a client's byte stream: who the client says it wants to speak to.</summary>
/// <remarks>
/// The bytes are those of the stream, in order and without gaps; the caller reassembles TCP. The hello may go over several records.
/// Every beginning of a valid hello is <see cref="ReadStatus.NeedMore"/>; bytes that cannot become one are <see
/// cref="ReadStatus.Malformed"/> as soon as they are here.
/// </remarks>
public static class TlsClientHello
{
    /// <summary>The longest hello that is read, record headers included: post-quantum hellos take 2 KB, browsers' with early data 4 KB.</summary>
    public const int MaxBytes = 1 << 16;

    /// <summary>More extensions than this make a hello malformed. About 70 are registered; clients send 10 to 20.</summary>
    public const int MaxExtensions = 128;

    private static ReadOnlySpan<byte> ChangeCipherSpec => [20, 3, 3, 0, 1, 1];

    /// <summary>
    /// Reads a hello from the first byte of a connection. <paramref name="nameBuffer"/> needs <see cref="CanonicalName.MaxBytes"/>.
    /// </summary>
    public static ReadStatus Read(ReadOnlySpan<byte> stream, Span<byte> nameBuffer, out ClientHelloView hello)
    {
        hello = default;
        if (nameBuffer.Length < CanonicalName.MaxBytes)
        {
            hello = new ClientHelloView { Problem = HelloProblem.NameBufferTooSmall };
            return ReadStatus.Malformed;
        }
        var records = new HandshakeRecords(stream);
        ReadStatus framing = records.Walk();
        if (framing == ReadStatus.Malformed || records.Message < 0)
        {
            hello = new ClientHelloView { Problem = records.Problem, Records = records.Count, MissingBytes = framing == ReadStatus.NeedMore ? 1 : 0 };
            return framing;
        }
        var body = new HelloBody(nameBuffer);
        ReadStatus status = records.Count == 1
            ? ReadBody(ref body, stream.Slice(HandshakeRecords.RecordHeaderBytes, records.Here), records)
            : ReadGathered(ref body, records);
        // Both agree on what is whole: the body is read against the length that the framing was walked with.
        hello = body.View with
        {
            Records = records.Count,
            HelloBytes = status == ReadStatus.Found ? records.End : 0,
            MissingBytes = status == ReadStatus.NeedMore ? Math.Max(1, records.Message - records.Here) : 0,
        };
        return status;
    }

    /// <summary>Reads the second hello, which answers a HelloRetryRequest, from the first byte after the first hello.</summary>
    /// <remarks>
    /// A client in compatibility mode sends one ChangeCipherSpec before it (RFC 8446, D.4); <see cref="ClientHelloView.HelloBytes"/> counts
    /// it.
    /// </remarks>
    public static ReadStatus ReadAfterRetry(ReadOnlySpan<byte> stream, Span<byte> nameBuffer, out ClientHelloView hello)
    {
        hello = default;
        int known = Math.Min(stream.Length, ChangeCipherSpec.Length);
        if (!stream[..known].SequenceEqual(ChangeCipherSpec[..known])) return Read(stream, nameBuffer, out hello);
        if (known < ChangeCipherSpec.Length)
        {
            hello = new ClientHelloView { MissingBytes = ChangeCipherSpec.Length - known };
            return ReadStatus.NeedMore;
        }
        ReadStatus status = Read(stream[known..], nameBuffer, out hello);
        if (status == ReadStatus.Found) hello = hello with { HelloBytes = hello.HelloBytes + known };
        return status;
    }

    // Apart, so that only hellos over several records pay for the room on the stack.
    private static ReadStatus ReadGathered(scoped ref HelloBody body, scoped HandshakeRecords records)
    {
        Span<byte> message = stackalloc byte[Math.Min(records.Here, MaxBytes)];
        records.CopyTo(message);
        return ReadBody(ref body, message, records);
    }

    private static ReadStatus ReadBody(scoped ref HelloBody body, scoped ReadOnlySpan<byte> message, scoped HandshakeRecords records)
    {
        const int header = HandshakeRecords.MessageHeaderBytes;
        return body.Read(new PrefixReader(message[header..Math.Min(message.Length, records.Message)], records.Message - header));
    }
}
