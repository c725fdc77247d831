namespace Exeat.Api.Control;

/// <summary>What became of a test message, at once and without a second try.</summary>
/// <param name="Delivered">Whether the far side took it.</param>
/// <param name="Said">What went wrong, or where it went.</param>
public sealed record TestOutcome(bool Delivered, string Said);
