namespace Exeat.Api;

/// <summary>A refusal as the journal has it. The name is the agent's own text and is to be escaped wherever it is shown.</summary>
public sealed record DenialStatus(DateTimeOffset Time, string? Id, string? Agent, string? Name, string? Destination, int Port, string? Rule, string? Reason, bool Enforced);
