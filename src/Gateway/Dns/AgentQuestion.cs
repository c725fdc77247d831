using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>What an agent asked, as far as it is kept: nothing of this but the canonical name and the type ever travels upstream.</summary>
internal sealed class AgentQuestion
{
    /// <summary>The agent's own id, to be echoed.</summary>
    public required ushort Id { get; init; }

    /// <summary>Whether the agent set RD, to be echoed.</summary>
    public required bool WantsRecursion { get; init; }

    /// <summary>The question in the agent's own bytes, to be echoed with its case (draft-vixie-dnsext-dns0x20).</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>The asked name; null for the root.</summary>
    public required DomainName? Name { get; init; }

    /// <summary>The asked type.</summary>
    public required DnsType Type { get; init; }

    /// <summary>Whether the agent speaks EDNS(0): only then may we (RFC 6891, 7).</summary>
    public required bool HasEdns { get; init; }

    /// <summary>The largest UDP answer that the agent takes, at least 512.</summary>
    public required int UdpBytes { get; init; }
}
