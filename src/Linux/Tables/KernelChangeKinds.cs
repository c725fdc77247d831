namespace Exeat.Linux;

/// <summary>What of the kernel's state changed.</summary>
[Flags]
public enum KernelChangeKinds
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>A transaction of nftables.</summary>
    Ruleset = 1,
    /// <summary>A rule of the routing policy.</summary>
    RoutingRules = 2,
    /// <summary>An interface came, went or changed.</summary>
    Links = 4,
    /// <summary>An address came or went.</summary>
    Addresses = 8,
    /// <summary>All of these.</summary>
    All = Ruleset | RoutingRules | Links | Addresses,
}
