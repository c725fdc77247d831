using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>A gateway's configuration, or why there is none.</summary>
/// <param name="Gateway">The configuration; null when there is an error among the problems.</param>
/// <param name="Problems">Errors and warnings, by file and place.</param>
public sealed record GatewayResult(GatewayDocument? Gateway, ImmutableArray<Problem> Problems);
