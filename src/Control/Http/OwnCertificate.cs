using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Exeat.Control.Http;

/// <summary>The certificate that control makes for itself when it is given none: its own issuer, for its names and addresses.</summary>
internal static class OwnCertificate
{
    // What browsers accept at most; an hour back, for clocks that are late.
    private static readonly TimeSpan Life = TimeSpan.FromDays(397), Before = TimeSpan.FromHours(1);

    /// <summary>Makes one for the key.</summary>
    public static X509Certificate2 Make(ECDsa key, IEnumerable<string> names, DateTimeOffset now)
    {
        ImmutableArray<string> all = [.. names.Append("localhost").Append("127.0.0.1").Append("::1").Distinct(StringComparer.OrdinalIgnoreCase)];
        var request = new CertificateRequest(new X500DistinguishedName($"CN=\"{all[0].Replace("\"", "", StringComparison.Ordinal)}\""), key, HashAlgorithmName.SHA256);
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
        return request.CreateSelfSigned(now - Before, now + Life);
    }
}
