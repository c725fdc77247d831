using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>A policy, or why there is none.</summary>
/// <param name="Policy">The policy; null when there is an error among the problems.</param>
/// <param name="Problems">Errors and warnings, by file and place.</param>
public sealed record LoadResult(Policy? Policy, ImmutableArray<Problem> Problems)
{
    /// <summary>The packs that were read, in the order of their includes, an including one after those that it includes; also when the policy is refused (because a pin does not hold, for instance).</summary>
    public ImmutableArray<IncludedPack> Packs { get; init; } = [];

    /// <summary>The files that the version is made of, those of packs among them; what else lies in the folder is no part of the policy. Also when the policy is refused.</summary>
    public ImmutableArray<LoadedFile> Files { get; init; } = [];
}
