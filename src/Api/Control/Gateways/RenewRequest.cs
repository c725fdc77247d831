namespace Exeat.Api.Control;

/// <summary>A gateway asks for the certificate after this one.</summary>
/// <param name="Request">A certificate request (PKCS #10, PEM) of a new key.</param>
public sealed record RenewRequest(string Request);
