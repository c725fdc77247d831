using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Exeat.Control.Storage;

namespace Exeat.Control.Http;

/// <summary>The certificate that control makes for itself when it is given none: ECDSA P-256, its own issuer. People pin its fingerprint at the first login.</summary>
internal static class OwnCertificate
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(397), Before = TimeSpan.FromHours(1);

    /// <summary>Makes one and puts it into two PEM files; the key is for its owner alone.</summary>
    public static X509Certificate2 Make(string certificateFile, string keyFile, IEnumerable<string> names, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ImmutableArray<string> all = [.. names.Append("localhost").Append("127.0.0.1").Append("::1").Distinct(StringComparer.OrdinalIgnoreCase)];
        var request = new CertificateRequest($"CN={all[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in all)
        {
            if (IPAddress.TryParse(name, out IPAddress? address)) alternatives.AddIpAddress(address);
            else alternatives.AddDnsName(name);
        }
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using X509Certificate2 made = request.CreateSelfSigned(now - Before, now + Life);
        PrivateFile.Write(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        PrivateFile.Write(certificateFile, made.ExportCertificatePem() + "\n");
        return X509Certificate2.CreateFromPem(made.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
