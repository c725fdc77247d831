namespace Exeat.Api.Control;

/// <summary>Takes a gateway's certificates back.</summary>
/// <param name="Reason">Why.</param>
public sealed record RevokeRequest(string Reason);
