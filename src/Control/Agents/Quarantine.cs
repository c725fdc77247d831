namespace Exeat.Control.Agents;

/// <summary>An agent that a person cut off, until a person lets it go.</summary>
internal sealed record Quarantine(string Gateway, string Agent, DateTimeOffset Since, string By, string Reason);
