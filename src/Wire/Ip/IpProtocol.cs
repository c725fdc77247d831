namespace Exeat.Wire;

/// <summary>IANA protocol numbers that our code speaks of (also IPv6 next headers).</summary>
public static class IpProtocol
{
    /// <summary>IPv6 hop-by-hop options (RFC 8200, 4.3).</summary>
    public const byte HopByHop = 0;

    /// <summary>ICMP for IPv4.</summary>
    public const byte Icmp = 1;

    /// <summary>TCP.</summary>
    public const byte Tcp = 6;

    /// <summary>UDP.</summary>
    public const byte Udp = 17;

    /// <summary>IPv6 routing header (RFC 8200, 4.4).</summary>
    public const byte Routing = 43;

    /// <summary>IPv6 fragment header (RFC 8200, 4.5).</summary>
    public const byte Fragment = 44;

    /// <summary>Authentication header (RFC 4302).</summary>
    public const byte Authentication = 51;

    /// <summary>ICMP for IPv6.</summary>
    public const byte IcmpV6 = 58;

    /// <summary>Nothing follows (RFC 8200, 4.7).</summary>
    public const byte NoNextHeader = 59;

    /// <summary>IPv6 destination options (RFC 8200, 4.6).</summary>
    public const byte DestinationOptions = 60;

    /// <summary>Mobility header (RFC 6275).</summary>
    public const byte Mobility = 135;

    /// <summary>Host Identity Protocol (RFC 7401).</summary>
    public const byte HostIdentity = 139;

    /// <summary>Shim6 (RFC 5533).</summary>
    public const byte Shim6 = 140;
}
