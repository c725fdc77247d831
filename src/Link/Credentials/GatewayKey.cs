using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Exeat.Link.Credentials;

/// <summary>A new key of this gateway and the request for its certificate. The key never leaves this machine.</summary>
internal sealed class GatewayKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>A certificate request, PEM. Control puts its own names into the certificate; this one only says what for.</summary>
    public string Request(string gateway) =>
        new CertificateRequest($"CN={gateway}", _key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    /// <summary>Key and certificate in one text, so that they cannot be torn apart.</summary>
    public string With(string certificate) => $"{_key.ExportPkcs8PrivateKeyPem()}\n{certificate.Trim()}\n";

    public void Dispose() => _key.Dispose();
}
