using System.Net;
using System.Net.Sockets;

namespace Exeat.Control.People;

/// <summary>
/// Failed logins a minute: of one account from one source, of one source for all accounts, and of one account from all sources that it never logged in from.
/// Nobody can lock an account out: a source that the account knows is only refused for what it does itself, and all is forgotten with the minute.
/// </summary>
internal sealed class LoginThrottle(TimeProvider time, int perMinute)
{
    // A bastion has many people behind one address; a botnet has many addresses for one account.
    private const int SourceFactor = 5, AccountFactor = 6;

    // Counters in tables of one size: no flood of names or addresses takes memory or pushes another's count out. Two that share a place share a count for a minute.
    private const int Places = 1 << 16;

    private readonly Lock _lock = new();
    private readonly int[] _pairs = new int[Places], _sources = new int[Places], _accounts = new int[Places];
    private long _minute;

    /// <summary>Takes a try; false: too many of this minute failed.</summary>
    public bool TryTake(string user, string source, bool isKnownSource)
    {
        lock (_lock)
        {
            Turn();
            ref int pair = ref _pairs[PlaceOf(user, source)], from = ref _sources[PlaceOf("", source)], account = ref _accounts[PlaceOf(user, "")];
            if (pair >= perMinute || from >= perMinute * SourceFactor || (!isKnownSource && account >= perMinute * AccountFactor)) return false;
            // Counted before it is known: a hundred at once must not pass together.
            (pair, from, account) = (pair + 1, from + 1, account + 1);
            return true;
        }
    }

    /// <summary>The try succeeded: it does not count.</summary>
    public void Succeeded(string user, string source)
    {
        lock (_lock)
        {
            Turn();
            ref int pair = ref _pairs[PlaceOf(user, source)], from = ref _sources[PlaceOf("", source)], account = ref _accounts[PlaceOf(user, "")];
            (pair, from, account) = (0, Math.Max(0, from - 1), Math.Max(0, account - 1));
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

    // Hash codes of texts are keyed by the process: nobody outside knows who shares a place.
    private static int PlaceOf(string user, string source) => (HashCode.Combine(StringComparer.OrdinalIgnoreCase.GetHashCode(user), StringComparer.Ordinal.GetHashCode(source)) & int.MaxValue) % Places;

    private void Turn()
    {
        long minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (minute == _minute) return;
        _minute = minute;
        Array.Clear(_pairs);
        Array.Clear(_sources);
        Array.Clear(_accounts);
    }
}
