namespace Exeat.Policy;

/// <summary>What kind of attempt a destination stands for.</summary>
public enum DestinationScheme : byte
{
    /// <summary>A DNS question alone.</summary>
    Dns = 0,

    /// <summary>TLS over TCP: the question (for a name), the SYN, the hello.</summary>
    Https,

    /// <summary>TCP whose first bytes name nobody.</summary>
    Tcp,

    /// <summary>A UDP datagram.</summary>
    Udp,

    /// <summary>An echo request.</summary>
    Icmp,

    /// <summary>A plain HTTP client: the Host of its request names the host.</summary>
    Http,
}
