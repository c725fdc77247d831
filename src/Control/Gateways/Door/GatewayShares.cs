using Exeat.Control.Http;

namespace Exeat.Control.Gateways.Door;

/// <summary>What one gateway may have under way at once. None takes anything from another.</summary>
internal sealed class GatewayShares
{
    /// <summary>Requests of one kind that one gateway may have under way: a link needs one of each; a second is for the one whose answer got lost.</summary>
    public const int AtOnce = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Gateway, string Kind), int> _underWay = [];
    private readonly Dictionary<(string Gateway, string Kind), OnlyRequest> _only = [];

    /// <summary>Takes one of <see cref="AtOnce"/> places until disposed.</summary>
    /// <exception cref="Refused">There is none.</exception>
    public IDisposable Take(string gateway, string kind)
    {
        lock (_lock)
        {
            int now = _underWay.GetValueOrDefault((gateway, kind));
            if (now >= AtOnce) throw TooMany(gateway);
            _underWay[(gateway, kind)] = now + 1;
        }
        return new Place(this, (gateway, kind));
    }

    /// <summary>Takes the only place of a kind until disposed. Who has it gives way: their line may be dead without control knowing, and the gateway has come back on another.</summary>
    /// <exception cref="Refused">Who has it is past the point where it can give way.</exception>
    public OnlyRequest TakeOnly(string gateway, string kind, CancellationToken aborted)
    {
        OnlyRequest? older;
        var place = new OnlyRequest(this, (gateway, kind), aborted);
        lock (_lock)
        {
            if (_only.TryGetValue((gateway, kind), out older) && older.IsKept)
            {
                place.Forget();
                throw TooMany(gateway);
            }
            _only[(gateway, kind)] = place;
        }
        older?.End();
        return place;
    }

    /// <summary>How many are under way, for tests.</summary>
    internal int Count
    {
        get
        {
            lock (_lock) return _underWay.Values.Sum() + _only.Count;
        }
    }

    internal void Keep(OnlyRequest place)
    {
        lock (_lock)
        {
            if (_only.GetValueOrDefault(place.Key) != place) throw Replaced();
            place.IsKept = true;
        }
    }

    internal void Leave(OnlyRequest place)
    {
        lock (_lock)
        {
            if (_only.GetValueOrDefault(place.Key) == place) _only.Remove(place.Key);
        }
    }

    /// <summary>What becomes of a request that gave way.</summary>
    internal static Refused Replaced() => new(StatusCodes.Status409Conflict, "replaced", "a newer request of this gateway took the place of this one", "one link runs for one gateway; if it is one, nothing is to be done");

    private static Refused TooMany(string gateway) =>
        new(StatusCodes.Status429TooManyRequests, "too-many", $"the gateway {gateway} has as many requests of this kind under way as it may", "one link runs for one gateway; it tries again by itself");

    private void Leave((string, string) key)
    {
        lock (_lock)
        {
            if (--_underWay[key] == 0) _underWay.Remove(key);
        }
    }

    private sealed class Place(GatewayShares shares, (string, string) key) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) shares.Leave(key);
        }
    }
}
