using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>A decision and how it came about.</summary>
/// <param name="Decision">What <see cref="CompiledPolicy.Decide"/> answers.</param>
/// <param name="RuleName">The name of the rule that decided.</param>
/// <param name="Findings">Every rule in order, and the default at the end.</param>
public sealed record Explanation(Decision Decision, string RuleName, ImmutableArray<RuleFinding> Findings);
