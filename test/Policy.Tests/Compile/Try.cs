using System.Collections.Immutable;
using System.Text;
using Exeat.Names;

namespace Exeat.Policy.Tests.Compile;

/// <summary>An attempt that can be kept and printed.</summary>
public sealed record Try
{
    public int Agent { get; init; }

    public Stage Stage { get; init; } = Stage.Hello;

    public byte Protocol { get; init; } = 6;

    public ushort Port { get; init; } = 443;

    public Address To { get; init; }

    /// <summary>The claimed name; null claims nothing.</summary>
    public string? Name { get; init; }

    public ImmutableArray<string> Bound { get; init; } = [];

    /// <summary>The claim is there but cannot be read; <see cref="Name"/> is null then.</summary>
    public bool Unreadable { get; init; }

    public Decision Decide(CompiledPolicy policy) => policy.Decide(Attempt());

    public Explanation Explain(CompiledPolicy policy) => policy.Explain(Attempt());

    private Attempt Attempt() => new()
    {
        Agent = Agent,
        Stage = Stage,
        Protocol = Protocol,
        Port = Port,
        Destination = To,
        Claim = Stage == Stage.FirstPacket ? Claim.NotSeen : Name is not null ? Claim.Name : Unreadable ? Claim.Unreadable : Claim.Nothing,
        ClaimedName = Name is null || Stage == Stage.FirstPacket ? [] : Encoding.ASCII.GetBytes(Name),
        Bound = Stage == Stage.Dns ? [] : (DomainName[])[.. Bound.Select(n => DomainName.FromCanonical(Encoding.ASCII.GetBytes(n)))],
        ClaimProof = Proof.DnsSni,
    };

    public override string ToString() => $"{Stage} agent {Agent} {Protocol}/{Port} to {To} claims {Name ?? "-"} bound [{string.Join(' ', Bound)}]";
}
