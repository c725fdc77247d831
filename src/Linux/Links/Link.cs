using System.Collections.Immutable;

namespace Exeat.Linux;

/// <summary>A network interface.</summary>
public sealed record Link
{
    /// <summary>The kernel's number for it, unique in its network namespace.</summary>
    public int Index { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its link-layer address; empty if it has none.</summary>
    public ImmutableArray<byte> HardwareAddress { get; init; } = [];

    /// <summary>Largest IP packet it carries.</summary>
    public int Mtu { get; init; }

    /// <summary>Whether it is set up (IFF_UP).</summary>
    public bool IsUp { get; init; }
}
