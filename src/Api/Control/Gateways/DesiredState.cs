namespace Exeat.Api.Control;

/// <summary>What a gateway should run. A part that is null is not control's to say: the gateway keeps what it has.</summary>
/// <param name="Revision">Names exactly this state; the link asks with it for the one after.</param>
/// <param name="Policy">The policy; null: none is assigned.</param>
/// <param name="Agents">The agents; null: control has no document of this gateway.</param>
public sealed record DesiredState(string Revision, DesiredBundle? Policy, DesiredAgents? Agents);
