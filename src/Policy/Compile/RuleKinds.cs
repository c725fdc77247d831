namespace Exeat.Policy;

/// <summary>The rules by what they are, as rows of bits.</summary>
internal sealed class RuleKinds(int words)
{
    /// <summary>Rules that permit; the others deny.</summary>
    public ulong[] Permit { get; } = new ulong[words];

    /// <summary>Rules that take part and decide.</summary>
    public ulong[] Enforced { get; } = new ulong[words];

    /// <summary>Rules that take part and are only recorded.</summary>
    public ulong[] Monitored { get; } = new ulong[words];

    /// <summary>Rules that can match nothing, because a field that they state has empty groups alone.</summary>
    public ulong[] Empty { get; } = new ulong[words];

    /// <summary>Rules that state names.</summary>
    public ulong[] Named { get; } = new ulong[words];

    /// <summary>Rules that state destination groups.</summary>
    public ulong[] Addressed { get; } = new ulong[words];

    /// <summary>Permits by name for which a binding is proof enough.</summary>
    public ulong[] ProofDns { get; } = new ulong[words];

    /// <summary>Rules for every protocol and port.</summary>
    public ulong[] AnyTransport { get; } = new ulong[words];
}
