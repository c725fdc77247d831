using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Exeat.Control.Export;

/// <summary>Whose certificates count: the machine's own, and those that an administrator gave. The name is checked in either case.</summary>
internal static class TrustedRoots
{
    /// <summary>Reads PEM; null when there is none. Throws <see cref="OutboundException"/> when it holds no certificate.</summary>
    public static X509Certificate2Collection? Of(string? pem)
    {
        if (string.IsNullOrWhiteSpace(pem)) return null;
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(pem);
        }
        catch (System.Security.Cryptography.CryptographicException broken)
        {
            throw new OutboundException($"ca is no PEM: {broken.Message}", broken) { IsFinal = true };
        }
        return roots.Count > 0 ? roots : throw new OutboundException("ca holds no certificate") { IsFinal = true };
    }

    /// <summary>Null: the platform's own check.</summary>
    public static RemoteCertificateValidationCallback? Check(string? pem)
    {
        X509Certificate2Collection? roots = Of(pem);
        if (roots is null) return null;
        return (_, certificate, chain, errors) =>
        {
            if (errors == SslPolicyErrors.None) return true;
            // Only the chain may be at fault, and only because its root is not the machine's.
            if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null) return false;
            using var again = new X509Chain();
            again.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            again.ChainPolicy.CustomTrustStore.AddRange(roots);
            again.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            if (chain is not null) again.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Select(element => element.Certificate).ToArray());
            using var leaf = new X509Certificate2(certificate);
            return again.Build(leaf);
        };
    }
}
