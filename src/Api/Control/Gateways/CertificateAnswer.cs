namespace Exeat.Api.Control;

/// <summary>A certificate for a gateway's key.</summary>
/// <param name="Certificate">The certificate, PEM.</param>
/// <param name="Authority">The certificate of the authority that signed it, PEM.</param>
public sealed record CertificateAnswer(string Certificate, string Authority);
