using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>A part of the catalogue that is no attack of the lab: tests show it, and the matrix names them.</summary>
/// <param name="Id">The line, a hyphen and a word, as of an attack.</param>
/// <param name="Title">What it is, for people.</param>
/// <param name="Because">Why it is no attack of the lab.</param>
/// <param name="Tests">Full names of tests, <c>Namespace.Class.Method</c>.</param>
public sealed record CatalogueTest(string Id, string Title, string Because, params ImmutableArray<string> Tests)
{
    /// <summary>The line of <c>docs/escapes.md</c> that it belongs to.</summary>
    public string Line => Id[..Id.IndexOf('-', StringComparison.Ordinal)];
}
