namespace Exeat.Control.Gateways;

/// <summary>Something that happened to a gateway, for whoever watches: alerts above all.</summary>
/// <param name="Kind">What.</param>
/// <param name="Gateway">To which.</param>
/// <param name="Detail">In a sentence.</param>
/// <param name="Time">When.</param>
/// <param name="Agent">The agent that it is about; null: none.</param>
internal sealed record GatewayEvent(GatewayEventKind Kind, string Gateway, string Detail, DateTimeOffset Time, string? Agent = null);
