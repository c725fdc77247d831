using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>How two policies differ, by what they decide.</summary>
public sealed record PolicyComparison
{
    /// <summary>What one permits and the other does not.</summary>
    public required ImmutableArray<PolicyDifference> Differences { get; init; }

    /// <summary>Agents whose mode differs: id, mode in the first, mode in the second, and since when; null is now.</summary>
    public required ImmutableArray<(string Agent, Mode First, Mode Second, DateTimeOffset? From)> Modes { get; init; }

    /// <summary>What became of the rules.</summary>
    public required ImmutableArray<RuleChange> Rules { get; init; }

    /// <summary>What could not be compared exactly, as sentences.</summary>
    public required ImmutableArray<string> NotCompared { get; init; }

    /// <summary>How many classes of attempts were decided by both.</summary>
    public required long Compared { get; init; }

    /// <summary>Whether no difference was found.</summary>
    public bool IsSame => Differences.IsEmpty && Modes.IsEmpty;
}
