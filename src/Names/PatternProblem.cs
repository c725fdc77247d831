namespace Exeat.Names;

/// <summary>Why a text is no name pattern, in a person's words.</summary>
/// <param name="What">What is wrong, without a full stop.</param>
/// <param name="Remedy">What to write instead.</param>
public sealed record PatternProblem(string What, string Remedy);
