namespace Exeat.Api.Control;

/// <summary>The agents of a gateway, quarantines included. Small, and carried with the answer: a quarantine has a second in all.</summary>
/// <param name="Hash">The hash that the gateway will report.</param>
/// <param name="Document">The agents document, YAML.</param>
public sealed record DesiredAgents(string Hash, string Document);
