using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>One moment at which the gateway would ask policy.</summary>
/// <param name="Stage">The moment. A refused DNS answer is a second step at <see cref="Stage.Dns"/>.</param>
/// <param name="Known">What is known at this moment, for a person.</param>
/// <param name="Decision">What policy answers.</param>
/// <param name="Rule">The name of the deciding rule.</param>
/// <param name="Would">The name of the first <c>mode: monitor</c> rule that would have decided otherwise; null when there is none.</param>
/// <param name="Findings">Each rule considered; empty unless the walk was asked to explain.</param>
public sealed record WalkStep(Stage Stage, string Known, Decision Decision, string Rule, string? Would, ImmutableArray<RuleFinding> Findings);
