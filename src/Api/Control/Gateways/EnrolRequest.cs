namespace Exeat.Api.Control;

/// <summary>A gateway asks for its first certificate, or for a new one when its own has ended: once for each token.</summary>
/// <param name="Gateway">The gateway's id, which the token must have been made for.</param>
/// <param name="Token">The one-time token.</param>
/// <param name="Request">A certificate request (PKCS #10, PEM) of the gateway's own key.</param>
/// <param name="Product">The release that asks.</param>
/// <param name="Agents">The agents document that the gateway has now, for control to begin with when it has none of this gateway; null: none.</param>
public sealed record EnrolRequest(string Gateway, string Token, string Request, string Product, string? Agents = null);
