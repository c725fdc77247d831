using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Who the contained workloads are, and how they are attached.</summary>
public sealed record AgentsDocument
{
    /// <summary>The agents, in written order; ids are unique.</summary>
    public ImmutableArray<AgentDocument> Agents { get; init; } = [];

    /// <summary>SHA-256, in lower-case hexadecimal, over the sorted (path, SHA-256) of all files loaded.</summary>
    public required string Hash { get; init; }
}
