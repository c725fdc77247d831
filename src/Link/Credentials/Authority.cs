using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Exeat.Link.Credentials;

/// <summary>
/// Control's authority, as this gateway's machine knows it since enrolment. Control is whoever holds a certificate for serving that it signed: names and addresses do not count, so that
/// control may move; and a certificate of another gateway is not for serving.
/// </summary>
internal static class Authority
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Its name in an enrolment token.</summary>
    public static string FingerprintOf(X509Certificate2 authority) => Convert.ToHexStringLower(SHA256.HashData(authority.RawData));

    /// <summary>Why this is not control; null when it is.</summary>
    public static string? ProblemOf(X509Certificate2? server, X509Certificate2 authority, DateTimeOffset now)
    {
        if (server is null) return "it shows no certificate";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (chain.Build(server)) return null;
        return chain.ChainStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid)
            ? $"its certificate is valid from {server.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm}Z to {server.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm}Z, and this machine's clock says {now.UtcDateTime:yyyy-MM-dd HH:mm}Z; set the clock right"
            : "its certificate is not one that the authority of the enrolment signed for serving: this is another control, or somebody in between";
    }
}
