using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Exeat.Lab.World;

/// <summary>The certificate authority of the lab: made anew at each start, its key never leaves memory.</summary>
internal sealed class LabAuthority : IDisposable
{
    private readonly X509Certificate2 _authority;
    private readonly DateTimeOffset _from;

    public LabAuthority(TimeProvider time)
    {
        _from = time.GetUtcNow().AddDays(-1);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Exeat lab authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(_from, _from.AddDays(3));
    }

    /// <summary>The authority's certificate, for clients to trust.</summary>
    public string Pem => _authority.ExportCertificatePem();

    /// <summary>Certifies a place for its own names and addresses, and for no other's.</summary>
    public X509Certificate2 Certify(Place place)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={place.Label}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (string name in place.Names) names.AddDnsName(name);
        names.AddIpAddress(System.Net.IPAddress.Parse(place.Address4));
        names.AddIpAddress(System.Net.IPAddress.Parse(place.Address6));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false)); // server authentication
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        byte[] serial = RandomNumberGenerator.GetBytes(12);
        serial[0] &= 0x7f;
        using X509Certificate2 bare = request.Create(_authority, _from, _from.AddDays(2), serial);
        return bare.CopyWithPrivateKey(key);
    }

    public void Dispose() => _authority.Dispose();
}
