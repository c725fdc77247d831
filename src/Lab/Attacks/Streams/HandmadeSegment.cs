using Exeat.Wire;

namespace Exeat.Lab.Attacks.Streams;

/// <summary>One segment of a <see cref="HandmadeStream"/>, with whatever is wrong about it.</summary>
/// <param name="At">Place of its first byte, counted from the client's first byte; below zero is before it.</param>
/// <param name="Bytes">What it carries.</param>
internal sealed record HandmadeSegment(int At, byte[] Bytes)
{
    public TcpFlags Flags { get; init; } = TcpFlags.Ack | TcpFlags.Psh;

    public byte HopLimit { get; init; } = 64;

    /// <summary>TCP options, a multiple of four bytes.</summary>
    public byte[] Options { get; init; } = [];

    /// <summary>The checksum is wrong.</summary>
    public bool IsBroken { get; init; }

    /// <summary>How much more than was received it acknowledges.</summary>
    public uint Ahead { get; init; }
}
