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

    /// <summary>What kind of virtual link it is (veth, bridge, macvlan …); empty for hardware.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The number of the bridge or bond it is a port of; 0 for none.</summary>
    public int Master { get; init; }

    /// <summary>The number of the link it lies on (macvlan, vlan), or of a veth's peer where that is in this namespace; 0 for none.</summary>
    public int Lower { get; init; }

    /// <summary>Whether an XDP program sees its packets before anything else.</summary>
    public bool HasXdp { get; init; }

    /// <summary>Whether it is set up (IFF_UP).</summary>
    public bool IsUp { get; init; }
}
