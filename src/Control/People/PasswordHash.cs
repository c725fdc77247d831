using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Exeat.Control.Http;
using Konscious.Security.Cryptography;

namespace Exeat.Control.People;

/// <summary>Argon2id (RFC 9106), kept as a PHC string: parameters and salt stand beside the hash, so they can grow without a reset.</summary>
internal sealed class PasswordHash : IDisposable
{
    private const int SaltBytes = 16, HashBytes = 32;

    // Two at once and these many behind them: a flood of logins takes neither the machine's memory nor all its threads.
    private const int AtOnce = 2, MaxWaiting = 32;
    private readonly SemaphoreSlim _turn = new(AtOnce);
    private readonly int _kibibytes, _passes;
    private readonly string _ofNobody;
    private int _waiting;

    /// <summary>RFC 9106, 4, second choice has 64 MiB, 3 passes and 4 lanes; OWASP's least is 19 MiB and 2 passes. 64 MiB, 3 passes in one lane.</summary>
    public PasswordHash(int kibibytes = 64 * 1024, int passes = 3)
    {
        (_kibibytes, _passes) = (kibibytes, passes);
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        _ofNobody = Text(salt, RandomNumberGenerator.GetBytes(HashBytes));
    }

    /// <summary>The PHC string of a password.</summary>
    public async Task<string> OfAsync(string password, CancellationToken cancel)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return Text(salt, await ComputeAsync(password, salt, _kibibytes, _passes, 1, cancel));
    }

    /// <summary>Whether the password is that of the PHC string. Null, an account that is not there, takes as long and is false.</summary>
    public async Task<bool> MatchesAsync(string password, string? phc, CancellationToken cancel)
    {
        string[] parts = (phc ?? _ofNobody).Split('$');
        string[] numbers = parts[3].Split(',');
        int Number(int index) => int.Parse(numbers[index].AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture);
        byte[] kept = FromBase64(parts[5]);
        byte[] found = await ComputeAsync(password, FromBase64(parts[4]), Number(0), Number(1), Number(2), cancel);
        return CryptographicOperations.FixedTimeEquals(kept, found) && phc is not null;
    }

    /// <summary>Whether the PHC string was made with other parameters than today's.</summary>
    public bool IsOutdated(string phc) => !phc.StartsWith(Head, StringComparison.Ordinal);

    public void Dispose() => _turn.Dispose();

    private string Head => string.Create(CultureInfo.InvariantCulture, $"$argon2id$v=19$m={_kibibytes},t={_passes},p=1$");

    private string Text(byte[] salt, byte[] hash) => $"{Head}{Base64(salt)}${Base64(hash)}";

    private async Task<byte[]> ComputeAsync(string password, byte[] salt, int kibibytes, int passes, int lanes, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting + AtOnce)
        {
            Interlocked.Decrement(ref _waiting);
            throw new Refused(StatusCodes.Status503ServiceUnavailable, "busy", "too many logins are being checked", "try again in a few seconds");
        }
        try
        {
            await _turn.WaitAsync(cancel);
            try
            {
                using var argon = new Argon2id(Encoding.UTF8.GetBytes(password));
                (argon.Salt, argon.MemorySize, argon.Iterations, argon.DegreeOfParallelism) = (salt, kibibytes, passes, lanes);
                return await argon.GetBytesAsync(HashBytes);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[] FromBase64(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
}
