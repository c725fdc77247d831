using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Control's configuration, or why there is none.</summary>
/// <param name="Control">The configuration; null when there is an error among the problems.</param>
/// <param name="Problems">Errors and warnings, by file and place.</param>
public sealed record ControlResult(ControlDocument? Control, ImmutableArray<Problem> Problems);
