namespace Exeat.Policy;

/// <summary>The answer of the one decision function. <c>default</c> is deny.</summary>
/// <param name="Verdict">Deny, permit, or pending (only at <see cref="Stage.FirstPacket"/>).</param>
/// <param name="Reason">Why, as one named reason.</param>
/// <param name="Rule">Index + 1 of the deciding rule in <c>CompiledPolicy.Rules</c>; 0 is the default (<c>default-deny</c>); see <c>CompiledPolicy.RuleName</c>.</param>
/// <param name="Would">Index + 1 of the first <c>mode: monitor</c> rule that matched before the deciding one; 0 when there was none.</param>
/// <param name="Proof">How far the name that decided is proven.</param>
public readonly record struct Decision(Verdict Verdict, Reason Reason, int Rule = 0, int Would = 0, Proof Proof = Proof.Address);
