namespace Exeat.Policy;

/// <summary>What an attempt lets every rule know, as rows of rules. Deciding and explaining read the same rows.</summary>
internal readonly ref struct Knowledge
{
    /// <summary>Rules that take part and whose source is this agent.</summary>
    public required ReadOnlySpan<ulong> From { get; init; }

    /// <summary>Rules that speak of the protocol.</summary>
    public required ReadOnlySpan<ulong> Protocol { get; init; }

    /// <summary>Rules that speak of the port.</summary>
    public required ReadOnlySpan<ulong> Port { get; init; }

    /// <summary>Rules that speak of the destination address.</summary>
    public required ReadOnlySpan<ulong> Address { get; init; }

    /// <summary>Rules whose names match the claim.</summary>
    public required ReadOnlySpan<ulong> Claimed { get; init; }

    /// <summary>Rules whose names match some bound name.</summary>
    public required ReadOnlySpan<ulong> Bound { get; init; }

    /// <summary>Denies by name that match now.</summary>
    public required ReadOnlySpan<ulong> DenyNames { get; init; }

    /// <summary>Permits by name that match now, apart from those satisfied with a binding.</summary>
    public required ReadOnlySpan<ulong> PermitNames { get; init; }

    /// <summary>Whether the claimed name is one of the bound.</summary>
    public required bool IsClaimBound { get; init; }

    /// <summary>Word w of the rules that match in everything but the name.</summary>
    public ulong Reach(int w) => From[w] & Protocol[w] & Port[w] & Address[w];

    /// <summary>Word w of the rules that match whatever else becomes known.</summary>
    public ulong Sure(int w, RuleKinds kinds) =>
        Reach(w) & (~kinds.Named[w] | ~kinds.Permit[w] & DenyNames[w] | kinds.Permit[w] & (PermitNames[w] | kinds.ProofDns[w] & Bound[w]));
}
