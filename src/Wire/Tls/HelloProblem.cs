namespace Exeat.Wire;

/// <summary>Why bytes are no ClientHello. The zero value is nothing.</summary>
public enum HelloProblem : byte
{
    /// <summary>Nothing is wrong (so far).</summary>
    None = 0,

    /// <summary>The first record is not a handshake record of TLS (an alert or ChangeCipherSpec first, SSL 2, or no TLS at all).</summary>
    NotHandshake,

    /// <summary>A record of zero bytes or of more than 2^14 (RFC 8446, 5.1).</summary>
    RecordLength,

    /// <summary>The first handshake message is not a ClientHello.</summary>
    NotClientHello,

    /// <summary>The hello and its record headers take more than <see cref="TlsClientHello.MaxBytes"/>.</summary>
    TooLong,

    /// <summary>Bytes behind the hello inside its last record.</summary>
    TrailingBytes,

    /// <summary>A vector that is longer than what encloses it, or shorter than its contents.</summary>
    VectorLength,

    /// <summary>A field with a value that no version of TLS allows.</summary>
    IllegalValue,

    /// <summary>The same extension twice (RFC 8446, 4.2).</summary>
    DuplicateExtension,

    /// <summary>More than <see cref="TlsClientHello.MaxExtensions"/>.</summary>
    TooManyExtensions,

    /// <summary>pre_shared_key is not the last extension (RFC 8446, 4.2.11).</summary>
    PreSharedKeyNotLast,

    /// <summary>The caller's name buffer is smaller than 253 bytes.</summary>
    NameBufferTooSmall,
}
