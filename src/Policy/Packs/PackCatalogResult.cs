using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>The packs of a directory.</summary>
/// <param name="Packs">Those that can be read, by name.</param>
/// <param name="Problems">What is wrong with the others, by file and place.</param>
public sealed record PackCatalogResult(ImmutableArray<PackSummary> Packs, ImmutableArray<Problem> Problems);
