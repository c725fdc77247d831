using Exeat.Names;

namespace Exeat.Policy;

/// <summary>An attempt that can be kept: one that stands for all attempts that two policies cannot tell from it.</summary>
public sealed record Probe
{
    /// <summary>Index of the agent.</summary>
    public required int Agent { get; init; }

    /// <summary>The moment: a question or a hello. What the first packet gets follows from all hellos together.</summary>
    public required Stage Stage { get; init; }

    /// <summary>IANA protocol number; not for questions.</summary>
    public byte Protocol { get; init; }

    /// <summary>Destination port.</summary>
    public ushort Port { get; init; }

    /// <summary>Destination address; not known for questions.</summary>
    public Address Destination { get; init; }

    /// <summary>What the client's bytes claim.</summary>
    public Claim Claim { get; init; }

    /// <summary>The claimed name.</summary>
    public DomainName? Claimed { get; init; }

    /// <summary>The names that are bound to the address.</summary>
    public DomainName[] Bound { get; init; } = [];

    /// <summary>Whether an honest client would do it: it names what it has resolved, or goes to a plain address.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Asks a policy.</summary>
    public Decision Decide(CompiledPolicy policy) => policy.Decide(new Attempt
    {
        Agent = Agent,
        Stage = Stage,
        Protocol = Protocol,
        Port = Port,
        Destination = Destination,
        Claim = Claim,
        ClaimedName = Claimed is null ? default : Claimed.Bytes,
        Bound = Bound,
        ClaimProof = Protocol == 17 ? Proof.DnsQuic : Proof.DnsSni,
    });
}
