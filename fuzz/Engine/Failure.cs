namespace Exeat.Fuzz.Engine;

/// <summary>What went wrong with an input.</summary>
/// <param name="Kind">The same for failures of one cause, as far as can be told.</param>
/// <param name="Text">All that is known.</param>
internal sealed record Failure(string Kind, string Text);
