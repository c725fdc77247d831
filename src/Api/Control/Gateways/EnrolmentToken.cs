using System.Security.Cryptography;
using System.Text;

namespace Exeat.Api.Control;

/// <summary>
/// What a person carries from control to a gateway's machine, once: for which gateway, a secret that control knows only the hash of, and the fingerprint of control's authority,
/// by which the gateway's side knows control before it says the secret.
/// </summary>
public sealed record EnrolmentToken(string Gateway, string Secret, string Fingerprint)
{
    private const string Prefix = "exeat-enrol-1";
    private const int SecretBytes = 32, FingerprintHex = 64, MaxText = 512;

    /// <summary>Makes one with a new secret.</summary>
    public static EnrolmentToken Make(string gateway, string fingerprint) => new(gateway, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)), fingerprint);

    /// <summary>What control keeps of the secret.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is not that.</summary>
    public static EnrolmentToken? Read(string text)
    {
        string[] parts = text.Length <= MaxText ? text.Trim().Split(':') : [];
        return parts is [Prefix, { Length: > 0 } gateway, { Length: SecretBytes * 2 } secret, { Length: FingerprintHex } fingerprint]
            && secret.All(char.IsAsciiHexDigitLower) && fingerprint.All(char.IsAsciiHexDigitLower) ? new EnrolmentToken(gateway, secret, fingerprint) : null;
    }

    /// <summary>One line to be copied. The secret is in it.</summary>
    public override string ToString() => $"{Prefix}:{Gateway}:{Secret}:{Fingerprint}";
}
