using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Konscious.Security.Cryptography;

namespace Exeat.Control.People;

/// <summary>Argon2id (RFC 9106), kept as a PHC string: parameters and salt stand beside the hash, so they can grow without a reset.</summary>
internal sealed class PasswordHash
{
    private const int SaltBytes = 16, HashBytes = 32;
    private static readonly SemaphoreSlim OneAtATime = new(2);
    private readonly int _kibibytes, _passes;
    private readonly string _ofNobody;

    /// <summary>RFC 9106, 4, second choice has 64 MiB, 3 passes and 4 lanes; OWASP's least is 19 MiB and 2 passes. 64 MiB, 3 passes in one lane.</summary>
    public PasswordHash(int kibibytes = 64 * 1024, int passes = 3)
    {
        (_kibibytes, _passes) = (kibibytes, passes);
        _ofNobody = Of(RandomNumberGenerator.GetHexString(32));
    }

    /// <summary>The PHC string of a password.</summary>
    public string Of(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        byte[] hash = Compute(password, salt, _kibibytes, _passes, 1);
        return string.Create(CultureInfo.InvariantCulture, $"$argon2id$v=19$m={_kibibytes},t={_passes},p=1${Base64(salt)}${Base64(hash)}");
    }

    /// <summary>Whether the password is that of the PHC string. Null, an account that is not there, takes as long and is false.</summary>
    public bool Matches(string password, string? phc)
    {
        string[] parts = (phc ?? _ofNobody).Split('$');
        string[] numbers = parts[3].Split(',');
        int Number(int index) => int.Parse(numbers[index].AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture);
        byte[] kept = FromBase64(parts[5]);
        byte[] found = Compute(password, FromBase64(parts[4]), Number(0), Number(1), Number(2));
        return CryptographicOperations.FixedTimeEquals(kept, found) && phc is not null;
    }

    /// <summary>Whether the PHC string was made with other parameters than today's.</summary>
    public bool IsOutdated(string phc) => !phc.StartsWith(string.Create(CultureInfo.InvariantCulture, $"$argon2id$v=19$m={_kibibytes},t={_passes},p=1$"), StringComparison.Ordinal);

    private static byte[] Compute(string password, byte[] salt, int kibibytes, int passes, int lanes)
    {
        // Two at once: a flood of logins must not take the machine's memory.
        OneAtATime.Wait();
        try
        {
            using var argon = new Argon2id(Encoding.UTF8.GetBytes(password));
            (argon.Salt, argon.MemorySize, argon.Iterations, argon.DegreeOfParallelism) = (salt, kibibytes, passes, lanes);
            return argon.GetBytes(HashBytes);
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[] FromBase64(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
}
