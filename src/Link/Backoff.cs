namespace Exeat.Link;

/// <summary>How long to wait before the next attempt: twice as long each time, from one second to a minute, and by chance up to a half less, so that many links do not come at once.</summary>
internal sealed class Backoff(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromMinutes(1);

    private TimeSpan _next = First;

    /// <summary>The wait after one more failure.</summary>
    public TimeSpan Next()
    {
        TimeSpan wait = _next * (1 - random.NextDouble() / 2);
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return wait;
    }

    /// <summary>It went well.</summary>
    public void Reset() => _next = First;
}
