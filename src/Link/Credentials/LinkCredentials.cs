using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Exeat.Link.Credentials;

/// <summary>What the link shows and what it trusts.</summary>
internal sealed record LinkCredentials(X509Certificate2 Own, X509Certificate2 Authority)
{
    // Of its life, after which it is renewed: the last third is time for trying.
    private const double RenewedAfter = 2.0 / 3;

    /// <exception cref="LinkFailure">There are none, or they cannot be read.</exception>
    public static LinkCredentials Read(LinkFolder folder)
    {
        try
        {
            string own = File.ReadAllText(folder.Credentials);
            return new LinkCredentials(X509Certificate2.CreateFromPem(own, own), X509Certificate2.CreateFromPem(File.ReadAllText(folder.Authority)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new LinkFailure(2, $"{folder.Path}: no usable credentials: {e.Message.TrimEnd('.')}; enrol: exeat gateways enrol ID on control, then exeat-link enrol here", e);
        }
    }

    public DateTimeOffset Begins => Own.NotBefore.ToUniversalTime();

    public DateTimeOffset Ends => Own.NotAfter.ToUniversalTime();

    /// <summary>Whether it is time for the next one.</summary>
    public bool IsDue(DateTimeOffset now) => now >= Begins + ((Ends - Begins) * RenewedAfter);
}
