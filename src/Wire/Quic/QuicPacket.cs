namespace Exeat.Wire;

/// <summary>One packet of a datagram, as its unprotected header shows it. Spans point into the datagram.</summary>
public readonly ref struct QuicPacket
{
    /// <summary>What it is.</summary>
    public QuicPacketKind Kind { get; init; }

    /// <summary>The version of a long header; zero for version negotiation and short headers.</summary>
    public uint Version { get; init; }

    /// <summary>Destination Connection ID; empty for short headers, which do not say how long theirs is.</summary>
    public ReadOnlySpan<byte> Destination { get; init; }

    /// <summary>Source Connection ID.</summary>
    public ReadOnlySpan<byte> Source { get; init; }

    /// <summary>The token of an Initial or Retry.</summary>
    public ReadOnlySpan<byte> Token { get; init; }

    /// <summary>The whole packet, header included.</summary>
    public ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>Where in <see cref="Bytes"/> the protected packet number begins; zero where there is none to be read.</summary>
    public int NumberOffset { get; init; }
}
