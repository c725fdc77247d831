namespace Exeat.Run.Network;

/// <summary>How the way out reaches the person's network.</summary>
public enum WayOut : byte
{
    /// <summary>The first that works here.</summary>
    Auto = 0,

    /// <summary>pasta (passt): no rights needed.</summary>
    Pasta,

    /// <summary>slirp4netns: no rights needed.</summary>
    Slirp4netns,

    /// <summary>A link of the host's and masquerade: CAP_NET_ADMIN, on a host that forwards.</summary>
    Veth,
}
