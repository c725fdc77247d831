using System.Net;
using System.Net.Sockets;

namespace Exeat.Control.People;

/// <summary>Failed logins of one account from one source, and of one source for all accounts, a minute. Nobody can lock an account out: a source that fails is only refused itself.</summary>
internal sealed class LoginThrottle(TimeProvider time, int perMinute)
{
    // A source may try some accounts: a bastion has many people behind one address.
    private const int SourceFactor = 5;

    // Beyond this many the oldest minute is forgotten as a whole: memory stays bounded, and the hash of a password stays slow.
    private const int MaxEntries = 100_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _failures = new(StringComparer.OrdinalIgnoreCase);
    private long _minute;

    /// <summary>Takes a try; false: too many of this minute failed.</summary>
    public bool TryTake(string user, string source)
    {
        lock (_lock)
        {
            Turn();
            if (_failures.GetValueOrDefault(Pair(user, source)) >= perMinute || _failures.GetValueOrDefault(source) >= perMinute * SourceFactor) return false;
            // Counted before it is known: a hundred at once must not pass together.
            _failures[Pair(user, source)] = _failures.GetValueOrDefault(Pair(user, source)) + 1;
            _failures[source] = _failures.GetValueOrDefault(source) + 1;
            return true;
        }
    }

    /// <summary>The try succeeded: it does not count.</summary>
    public void Succeeded(string user, string source)
    {
        lock (_lock)
        {
            Turn();
            _failures.Remove(Pair(user, source));
            if (_failures.TryGetValue(source, out int count) && count > 0) _failures[source] = count - 1;
        }
    }

    /// <summary>What counts as one source: an IPv4 address, or an IPv6 network of 64 bits, which one host has for itself.</summary>
    public static string SourceOf(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes) + "/64";
    }

    private static string Pair(string user, string source) => source + " " + user;

    private void Turn()
    {
        long minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (minute == _minute && _failures.Count < MaxEntries) return;
        _failures.Clear();
        _minute = minute;
    }
}
