namespace Exeat.Wire;

/// <summary>An Initial packet to be written by <see cref="QuicInitialWriter"/>.</summary>
public readonly ref struct QuicInitialDraft
{
    /// <summary>A draft with nothing in it.</summary>
    public QuicInitialDraft()
    {
    }

    /// <summary>1 or 2, as <see cref="QuicHeader"/> has them.</summary>
    public uint Version { get; init; } = QuicHeader.Version1;

    /// <summary>Destination Connection ID.</summary>
    public ReadOnlySpan<byte> Destination { get; init; }

    /// <summary>Source Connection ID.</summary>
    public ReadOnlySpan<byte> Source { get; init; }

    /// <summary>The connection id whose keys protect it; <see cref="Destination"/> when empty.</summary>
    public ReadOnlySpan<byte> KeyId { get; init; }

    /// <summary>Protect with the server's keys.</summary>
    public bool OfServer { get; init; }

    /// <summary>The token, as a Retry gave it.</summary>
    public ReadOnlySpan<byte> Token { get; init; }

    /// <summary>The packet number, written in four bytes.</summary>
    public uint Number { get; init; }

    /// <summary>The frames.</summary>
    public ReadOnlySpan<byte> Frames { get; init; }

    /// <summary>The packet is filled up to so many bytes with PADDING: 1,200 for a client's datagram (RFC 9000, 14.1).</summary>
    public int PadTo { get; init; }
}
