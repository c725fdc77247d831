using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Exeat.Control.Alerts;

/// <summary>How a webhook's receiver knows that a message is control's and no old one: HMAC-SHA-256 over the time and the body.</summary>
internal static class AlertSignature
{
    /// <summary>The header.</summary>
    public const string Header = "Exeat-Signature";

    /// <summary>Older messages are replayed ones: what docs/control/alerts.md tells receivers to refuse.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary><c>t=SECONDS,v1=HEX</c>.</summary>
    public static string Of(string secret, DateTimeOffset time, ReadOnlySpan<byte> body)
    {
        string seconds = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hash.AppendData(Encoding.ASCII.GetBytes(seconds + "."));
        hash.AppendData(body);
        return $"t={seconds},v1={Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }
}
