using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>An agents document, or why there is none.</summary>
/// <param name="Agents">The agents; null when there is an error among the problems.</param>
/// <param name="Problems">Errors and warnings, by file and place.</param>
public sealed record AgentsResult(AgentsDocument? Agents, ImmutableArray<Problem> Problems);
