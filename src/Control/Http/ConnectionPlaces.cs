namespace Exeat.Control.Http;

/// <summary>
/// What one listener's connections may be, and of them those of one address, those that are not through with their handshake, and those of one certificate. The newcomer is refused, by closing; who is there stays.
/// Each listener has its own, so that a flood at the gateways' leaves people theirs.
/// </summary>
internal sealed class ConnectionPlaces(int most)
{
    /// <summary>A quarter: behind one address there may be a whole site, and yet it leaves room for others.</summary>
    public int MostOfAddress { get; } = most / 4;

    /// <summary>Handshakes under way: each has ten seconds.</summary>
    public int MostGreeting { get; } = most / 8;

    /// <summary>Of one address.</summary>
    public int MostGreetingOfAddress { get; } = most / 32;

    /// <summary>A link has a long poll, records, a report and a bundle, each on a connection at worst, and the same once more that the line lost.</summary>
    public const int MostOfCertificate = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _addresses = new(StringComparer.Ordinal), _greeting = new(StringComparer.Ordinal), _certificates = new(StringComparer.Ordinal);
    private int _all, _allGreeting;

    /// <summary>A place for a new connection; null: there is none.</summary>
    public ConnectionPlace? Enter(string address)
    {
        lock (_lock)
        {
            if (_all >= most || _allGreeting >= MostGreeting || _addresses.GetValueOrDefault(address) >= MostOfAddress || _greeting.GetValueOrDefault(address) >= MostGreetingOfAddress) return null;
            (_all, _allGreeting) = (_all + 1, _allGreeting + 1);
            Add(_addresses, address);
            Add(_greeting, address);
            return new ConnectionPlace(this, address);
        }
    }

    internal bool Greeted(ConnectionPlace place, string? certificate)
    {
        lock (_lock)
        {
            StopGreeting(place);
            if (certificate is null) return true;
            if (_certificates.GetValueOrDefault(certificate) >= MostOfCertificate) return false;
            Add(_certificates, certificate);
            place.Certificate = certificate;
            return true;
        }
    }

    internal void Leave(ConnectionPlace place)
    {
        lock (_lock)
        {
            StopGreeting(place);
            _all--;
            Remove(_addresses, place.Address);
            if (place.Certificate is { } certificate) Remove(_certificates, certificate);
        }
    }

    private void StopGreeting(ConnectionPlace place)
    {
        if (!place.IsGreeting) return;
        place.IsGreeting = false;
        _allGreeting--;
        Remove(_greeting, place.Address);
    }

    private static void Add(Dictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;

    private static void Remove(Dictionary<string, int> counts, string key)
    {
        if (--counts[key] == 0) counts.Remove(key);
    }
}
