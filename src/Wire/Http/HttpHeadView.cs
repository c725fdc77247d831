namespace Exeat.Wire;

/// <summary>What a request head says. A value: the name lies in the caller's buffer.</summary>
public readonly record struct HttpHeadView
{
    /// <summary>The length of a body in chunks.</summary>
    public const long Chunked = -1;

    /// <summary>How many bytes the head takes, the empty line included. Zero unless found.</summary>
    public int HeadBytes { get; init; }

    /// <summary>Length of the canonical name in the name buffer; 0: the request names no domain name (an address, or HTTP/1.0 without Host).</summary>
    public int NameLength { get; init; }

    /// <summary>How many bytes of body follow, or <see cref="Chunked"/>.</summary>
    public long BodyBytes { get; init; }

    /// <summary>Why it is malformed.</summary>
    public HttpProblem Problem { get; init; }
}
