using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Exeat.Control.People;

/// <summary>Secrets that people and programs send: <c>exeat_s_…</c> of a session, <c>exeat_t_…</c> of a token. The prefix and a checksum let scanners of repositories find lost ones.</summary>
internal static class BearerSecret
{
    public const string SessionPrefix = "exeat_s_", TokenPrefix = "exeat_t_";

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> AnyDigit = SearchValues.Create(Digits);
    // 40 of 62 digits are 238 bits; six hold a CRC-32.
    private const int RandomDigits = 40, CheckDigits = 6;

    /// <summary>A new secret.</summary>
    public static string Make(string prefix)
    {
        string random = RandomNumberGenerator.GetString(Digits, RandomDigits);
        return prefix + random + Check(prefix + random);
    }

    /// <summary>Whether a text has the form of a secret of ours, so that a database is asked at all.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text) =>
        text.Length == SessionPrefix.Length + RandomDigits + CheckDigits
        && (text.StartsWith(SessionPrefix, StringComparison.Ordinal) || text.StartsWith(TokenPrefix, StringComparison.Ordinal))
        && !text[SessionPrefix.Length..].ContainsAnyExcept(AnyDigit)
        && text[^CheckDigits..].SequenceEqual(Check(text[..^CheckDigits].ToString()));

    /// <summary>What is kept of it. A secret of 238 random bits needs no slow hash.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static string Check(string text)
    {
        uint rest = Crc32(Encoding.UTF8.GetBytes(text));
        Span<char> digits = stackalloc char[CheckDigits];
        for (int i = CheckDigits - 1; i >= 0; i--, rest /= 62) digits[i] = Digits[(int)(rest % 62)];
        return new string(digits);
    }

    // ISO 3309, as scanners compute it.
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in bytes)
        {
            crc ^= one;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xedb88320;
        }
        return ~crc;
    }
}
