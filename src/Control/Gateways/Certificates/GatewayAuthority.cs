using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Exeat.Policy;

namespace Exeat.Control.Gateways.Certificates;

/// <summary>
/// Control's own authority for gateways: an ECDSA P-256 key in the data folder, which signs nothing but gateways' certificates and the one that control shows them. Whoever has the key is
/// control; it goes with a backup, so that gateways know a restored control.
/// </summary>
internal sealed class GatewayAuthority : IDisposable
{
    /// <summary>The folder below the data folder; a backup takes it along.</summary>
    public const string Folder = "authority";

    /// <summary>A gateway's certificate lasts so long, and is renewed after two thirds of it.</summary>
    public static readonly TimeSpan GatewayLife = TimeSpan.FromDays(30);

    // Control's own is made anew at each start and after two thirds of its life. A gateway's clock may be a day late before it takes a fresh one for one of the future.
    private static readonly TimeSpan Life = TimeSpan.FromDays(20 * 365), ServerLife = TimeSpan.FromDays(30), ServerBefore = TimeSpan.FromDays(1);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1", ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly TimeProvider _time;
    private readonly X509Certificate2 _own;
    private readonly Lock _gate = new();
    private X509Certificate2? _server;

    public GatewayAuthority(ControlDocument control, TimeProvider time)
    {
        _time = time;
        string folder = Path.Combine(control.DataFolder, Folder), certificate = Path.Combine(folder, "gateways.crt"), key = Path.Combine(folder, "gateways.key");
        try
        {
            // Half of it is a mistake that a new one would hide: every gateway would refuse it.
            if (!File.Exists(certificate) && !File.Exists(key)) Make(folder, certificate, key, time.GetUtcNow());
            _own = X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ControlFailure(3, $"the authority of gateways in {folder} cannot be used ({refused.Message.TrimEnd('.')}): restore both files from a backup; gateways know no other");
        }
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(_own.RawData));
    }

    /// <summary>The authority's certificate, PEM.</summary>
    public string Certificate => _own.ExportCertificatePem();

    /// <summary>What an enrolment token names.</summary>
    public string Fingerprint { get; }

    /// <summary>What control shows to gateways.</summary>
    public X509Certificate2 Server
    {
        get
        {
            lock (_gate)
            {
                DateTimeOffset now = _time.GetUtcNow();
                // Not disposed when replaced: handshakes may still show the one before.
                if (_server is null || now > _server.NotBefore.ToUniversalTime() + ServerBefore + (ServerLife * 2 / 3) || now < _server.NotBefore.ToUniversalTime()) _server = MakeServer(now);
                return _server;
            }
        }
    }

    /// <summary>A certificate for the key of a request. Of the request only the key counts; it was signed with it, so whoever asks has it.</summary>
    /// <exception cref="Refused">It is no request, or not with a key that is taken.</exception>
    public X509Certificate2 Issue(string gateway, string requestPem)
    {
        CertificateRequest asked;
        try
        {
            asked = CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256);
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw Refused.Invalid("the certificate request cannot be read, or its signature is wrong", "use the exeat-link of this release or the one before");
        }
        using ECDsa? key = asked.PublicKey.GetECDsaPublicKey();
        if (key is null || key.ExportParameters(false).Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value) throw Refused.Invalid("the key of the certificate request is not ECDSA P-256", "use the exeat-link of this release or the one before");
        var request = new CertificateRequest(new X500DistinguishedName($"CN={gateway}"), key, HashAlgorithmName.SHA256);
        DateTimeOffset now = _time.GetUtcNow();
        return Sign(request, ClientAuthentication, now, now + GatewayLife);
    }

    /// <summary>Whose certificate this is, by signature and purpose alone: whether it stands, and for how long, is for <see cref="GatewayBook"/>. Null: not one of ours.</summary>
    public string? GatewayOf(X509Certificate2 shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_own);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        if (!chain.Build(shown)) return null;
        return shown.SubjectName.EnumerateRelativeDistinguishedNames().ToArray() is [{ HasMultipleElements: false } name] && name.GetSingleElementType().Value == "2.5.4.3" ? name.GetSingleElementValue() : null;
    }

    public void Dispose() => _own.Dispose();

    private static void Make(string folder, string certificate, string keyFile, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Exeat gateways", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using X509Certificate2 made = request.CreateSelfSigned(now - ServerBefore, now + Life);
        PrivateFile.Folder(folder);
        PrivateFile.Write(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        PrivateFile.Write(certificate, made.ExportCertificatePem() + "\n");
    }

    private X509Certificate2 MakeServer(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=exeat-control", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = Sign(request, ServerAuthentication, now - ServerBefore, now + ServerLife);
        return made.CopyWithPrivateKey(key);
    }

    private X509Certificate2 Sign(CertificateRequest request, string purpose, DateTimeOffset from, DateTimeOffset to)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], true));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_own, true, false));
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f; // positive (RFC 5280, 4.1.2.2)
        return request.Create(_own, from, to, serial);
    }
}
