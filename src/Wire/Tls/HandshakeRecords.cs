namespace Exeat.Wire;

/// <summary>The records at the beginning of a client's stream that carry its first handshake message (RFC 8446, 5.1).</summary>
/// <remarks>
/// <code>
/// stream   | 22 3.x len | 01 len24 … hello … | 22 3.x len | … hello | whatever follows
/// message               |&lt;------ Here -----&gt;|             |&lt;-----&gt;|
/// </code>
/// </remarks>
internal ref struct HandshakeRecords(ReadOnlySpan<byte> stream)
{
    /// <summary>Type, version, length.</summary>
    public const int RecordHeaderBytes = 5;

    /// <summary>Type and length.</summary>
    public const int MessageHeaderBytes = 4;

    private const int MaxRecordBytes = 1 << 14;
    private const byte HandshakeRecord = 22;
    private const byte ClientHello = 1;
    private readonly ReadOnlySpan<byte> _stream = stream;

    /// <summary>What is wrong.</summary>
    public HelloProblem Problem { get; private set; }

    /// <summary>How many records were met.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes of the message are here, its header included.</summary>
    public int Here { get; private set; }

    /// <summary>The message's whole length, its header included; known once its header is here, else −1.</summary>
    public int Message { get; private set; } = -1;

    /// <summary>Where in the stream the message's last record ends.</summary>
    public int End { get; private set; }

    /// <summary>Walks the records, as far as they are here, up to the end of the message.</summary>
    public ReadStatus Walk()
    {
        Span<byte> header = stackalloc byte[MessageHeaderBytes];
        int declared = 0;
        for (int at = 0; ;)
        {
            ReadOnlySpan<byte> rest = _stream[at..];
            if (rest.Length > 0 && rest[0] != HandshakeRecord || rest.Length > 1 && rest[1] != 3) return Fail(HelloProblem.NotHandshake);
            // The version's second byte is not looked at (RFC 8446, 5.1: legacy_record_version must be ignored).
            if (rest.Length < RecordHeaderBytes) return ReadStatus.NeedMore;
            int length = rest[3] << 8 | rest[4];
            if (length is 0 or > MaxRecordBytes) return Fail(HelloProblem.RecordLength);
            if (at + RecordHeaderBytes + length > TlsClientHello.MaxBytes) return Fail(HelloProblem.TooLong);
            ReadOnlySpan<byte> body = rest[RecordHeaderBytes..Math.Min(RecordHeaderBytes + length, rest.Length)];
            Count++;
            if (Here < MessageHeaderBytes && !ReadHeader(header, body)) return ReadStatus.Malformed;
            Here += body.Length;
            declared += length;
            at += RecordHeaderBytes + length;
            if (Message >= 0 && declared > Message) return Fail(HelloProblem.TrailingBytes);
            if (at > _stream.Length) return ReadStatus.NeedMore;
            if (declared != Message) continue;
            End = at;
            return ReadStatus.Found;
        }
    }

    /// <summary>Copies the message's bytes that are here; needs the records to have been walked.</summary>
    public readonly void CopyTo(Span<byte> destination)
    {
        for (int at = 0; !destination.IsEmpty;)
        {
            int length = _stream[at + 3] << 8 | _stream[at + 4];
            int take = Math.Min(destination.Length, length);
            _stream.Slice(at + RecordHeaderBytes, take).CopyTo(destination);
            destination = destination[take..];
            at += RecordHeaderBytes + length;
        }
    }

    // The four bytes of the header may lie in as many records.
    private bool ReadHeader(scoped Span<byte> header, scoped ReadOnlySpan<byte> body)
    {
        int take = Math.Min(header.Length - Here, body.Length);
        body[..take].CopyTo(header[Here..]);
        if (Here + take > 0 && header[0] != ClientHello) return Fail(HelloProblem.NotClientHello) == ReadStatus.Found;
        if (Here + take < header.Length) return true;
        Message = MessageHeaderBytes + (header[1] << 16 | header[2] << 8 | header[3]);
        return Message + RecordHeaderBytes <= TlsClientHello.MaxBytes || Fail(HelloProblem.TooLong) == ReadStatus.Found;
    }

    private ReadStatus Fail(HelloProblem problem)
    {
        Problem = problem;
        return ReadStatus.Malformed;
    }
}
