using Exeat.Names;

namespace Exeat.Policy;

/// <summary>What an agent tries, as far as it is known at this <see cref="Stage"/>. Lives on the stack; nothing is copied.</summary>
public readonly ref struct Attempt
{
    /// <summary>Index of the agent in <c>CompiledPolicy.Agents</c>; −1 (or out of range) is an unknown agent, which matches no SmartGroup.</summary>
    public required int Agent { get; init; }

    /// <summary>The moment of asking.</summary>
    public required Stage Stage { get; init; }

    /// <summary>IANA protocol number (6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6). Not read at <see cref="Stage.Dns"/>.</summary>
    public byte Protocol { get; init; }

    /// <summary>Destination port; 0 for protocols without. Not read at <see cref="Stage.Dns"/>.</summary>
    public ushort Port { get; init; }

    /// <summary>Destination address. Not read at <see cref="Stage.Dns"/>.</summary>
    public Address Destination { get; init; }

    /// <summary>What the client's bytes claim. At <see cref="Stage.Dns"/> the question is the claim.</summary>
    public Claim Claim { get; init; }

    /// <summary>The claimed name in canonical form (lower-case A-labels, dotted, no trailing dot) when <see cref="Claim"/> is <see cref="Claim.Name"/>.</summary>
    public ReadOnlySpan<byte> ClaimedName { get; init; }

    /// <summary>The names bound to this agent and destination by live bindings.</summary>
    public ReadOnlySpan<DomainName> Bound { get; init; }

    /// <summary>Proof that the claim has if it is also bound (dns+sni for a TLS hello).</summary>
    public Proof ClaimProof { get; init; }
}
