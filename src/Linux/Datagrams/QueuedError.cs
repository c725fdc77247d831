using System.Net;

namespace Exeat.Linux;

/// <summary>An ICMP error about a datagram of ours, as the socket's error queue tells it (struct sock_extended_err): what was said, and who said it.</summary>
/// <param name="Version">4 or 6: which ICMP the numbers are of.</param>
/// <param name="Type">ICMP type.</param>
/// <param name="Code">ICMP code.</param>
/// <param name="Sender">The machine that sent the error.</param>
public sealed record QueuedError(int Version, byte Type, byte Code, IPAddress Sender)
{
    /// <summary>Whether it says "administratively prohibited": a filter, not a missing host (RFC 1812, 5.2.7.1; RFC 4443, 3.1).</summary>
    public bool IsProhibition => Version == 4 ? Type == 3 && Code is 9 or 10 or 13 : Type == 1 && Code is 1 or 5 or 6;

    /// <summary>Whether it says "nobody listens on this port", which only the destination itself can say.</summary>
    public bool IsPortUnreachable => Version == 4 ? Type == 3 && Code == 3 : Type == 1 && Code == 4;
}
