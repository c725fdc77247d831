namespace Exeat.Api.Control;

/// <summary>A flow in plain words.</summary>
/// <param name="Sentence">What happened, and why.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Proven">How far the name is proven.</param>
/// <param name="Next">The command to go on with.</param>
/// <param name="Propose">What to propose, when the policy has a gap.</param>
public sealed record FlowInWords(string Sentence, string Rule, string Proven, string Next, string? Propose);
