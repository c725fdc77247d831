namespace Exeat.Gateway.Dns;

/// <summary>The places for TCP connections that all agents and resolver addresses share.</summary>
internal sealed class ConnectionCount(int max)
{
    private int _count;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= max) return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
