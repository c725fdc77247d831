namespace Exeat.Policy;

/// <summary>A certificate that was given to control; both files are read again when they change.</summary>
/// <param name="Certificate">Path of the certificate and its chain, PEM.</param>
/// <param name="Key">Path of its private key, PEM.</param>
public sealed record ControlTls(string Certificate, string Key);
