using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Something that one of two policies permits and the other does not: one pair of deciding rules, for agents that neither tells apart.</summary>
public sealed record PolicyDifference
{
    /// <summary>True: permitted in the second policy only; false: in the first only.</summary>
    public required bool IsPermittedInSecond { get; init; }

    /// <summary>The agents' ids.</summary>
    public required ImmutableArray<string> Agents { get; init; }

    /// <summary>The deciding rule of the first policy.</summary>
    public required string FirstRule { get; init; }

    /// <summary>The deciding rule of the second policy.</summary>
    public required string SecondRule { get; init; }

    /// <summary>Whether the difference is in the addresses that the resolver releases for a name that both permit.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>From when on it holds, when something expires; null: from now on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Attempts that are decided differently; never empty, and never all there are.</summary>
    public required ImmutableArray<DifferenceExample> Examples { get; init; }

    /// <summary>Whether an honest client meets it: one that names what it has resolved.</summary>
    public bool IsPlain => Examples[0].Probe.IsPlain;
}
