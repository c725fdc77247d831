using System.Collections.Concurrent;
using Exeat.Control.Http;

namespace Exeat.Control.Gateways.Door;

/// <summary>What one gateway may have under way at once: a link needs one of each; a second is for the one whose answer got lost. None takes anything from another.</summary>
internal sealed class GatewayShares
{
    /// <summary>Requests of one kind that one gateway may have under way.</summary>
    public const int AtOnce = 2;

    private readonly ConcurrentDictionary<(string Gateway, string Kind), int> _underWay = new();

    /// <summary>Takes a place until disposed.</summary>
    /// <exception cref="Refused">There is none.</exception>
    public IDisposable Take(string gateway, string kind)
    {
        if (_underWay.AddOrUpdate((gateway, kind), 1, (_, now) => now + 1) <= AtOnce) return new Place(this, (gateway, kind));
        Leave((gateway, kind));
        throw new Refused(StatusCodes.Status429TooManyRequests, "too-many", $"the gateway {gateway} has {AtOnce} requests of this kind under way", "one link runs for one gateway; it tries again by itself");
    }

    private void Leave((string, string) key) => _underWay.AddOrUpdate(key, 0, (_, now) => now - 1);

    private sealed class Place(GatewayShares shares, (string, string) key) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) shares.Leave(key);
        }
    }
}
