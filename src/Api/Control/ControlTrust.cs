using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Exeat.Api.Control;

/// <summary>How control's certificate is known: by its key, which people compared once; by an authority's file; or, without both, by the system's authorities.</summary>
public sealed record ControlTrust
{
    // Three SYNs on a bad line; an answer may take long, a connection may not.
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(15);

    /// <summary>SHA-256 of the public key, in hexadecimal.</summary>
    public string? KeyFingerprint { get; init; }

    /// <summary>Path of a PEM file of authorities.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>SHA-256 of a certificate's public key (SubjectPublicKeyInfo), in hexadecimal.</summary>
    public static string FingerprintOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>Whether the server that shows this certificate is control.</summary>
    public bool Accepts(X509Certificate2? certificate, SslPolicyErrors errors)
    {
        if (certificate is null) return false;
        if (KeyFingerprint is { } pinned) return string.Equals(FingerprintOf(certificate), pinned, StringComparison.OrdinalIgnoreCase);
        if (AuthorityFile is not { } file) return errors == SslPolicyErrors.None;
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        return chain.Build(certificate);
    }

    /// <summary>A client that talks to nobody else. Proxies of the environment are passed by: control is on the management side.</summary>
    public HttpClient Client(Uri address)
    {
        var connections = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = ConnectWithin };
        connections.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) => Accepts(certificate as X509Certificate2, errors);
        return new HttpClient(connections) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
    }
}
