namespace Exeat.Policy;

/// <summary>A parameter that a pack declares.</summary>
/// <param name="Name">The key under <c>with</c>.</param>
/// <param name="Why">What it is for; null when the pack does not say.</param>
/// <param name="Default">Its default as YAML on one line; null when a value must be given.</param>
public sealed record PackParameter(string Name, string? Why, string? Default);
