namespace Exeat.Flows;

/// <summary>A name in a record; bytes that no name has are kept as U+0080 to U+00FF.</summary>
/// <param name="Name">The name.</param>
/// <param name="Source"><c>question</c>, <c>binding</c>, <c>sni</c>, <c>host</c> or <c>cname</c>.</param>
public sealed record FlowName(string Name, string Source);
