namespace Exeat.Flows;

/// <summary>A would-be decision.</summary>
/// <param name="Verdict">What would have been decided.</param>
/// <param name="Rule">By which rule.</param>
public sealed record FlowOutcome(string Verdict, string Rule);
