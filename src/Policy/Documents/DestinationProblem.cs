namespace Exeat.Policy;

/// <summary>What is wrong with a written destination.</summary>
/// <param name="Key">The part: to, at or sni.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Remedy">What to write instead.</param>
public sealed record DestinationProblem(string Key, string What, string Remedy);
