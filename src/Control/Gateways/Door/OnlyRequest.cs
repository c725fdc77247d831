namespace Exeat.Control.Gateways.Door;

/// <summary>The one request of a kind that a gateway has under way.</summary>
internal sealed class OnlyRequest : IDisposable
{
    private readonly GatewayShares _shares;
    // Never disposed: it has neither a timer nor a handle, and who ends it must not come too late.
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenRegistration _aborted;
    private volatile bool _gaveWay;

    public OnlyRequest(GatewayShares shares, (string Gateway, string Kind) key, CancellationToken aborted)
    {
        (_shares, Key) = (shares, key);
        _aborted = aborted.Register(_ended.Cancel);
    }

    public (string Gateway, string Kind) Key { get; }

    /// <summary>Ends with the request, and when a newer one takes its place.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Whether a newer one took its place.</summary>
    public bool GaveWay => _gaveWay;

    /// <summary>Whether it gives way no more.</summary>
    internal bool IsKept { get; set; }

    /// <summary>From here on it gives way no more: what it does is too dear to be done twice.</summary>
    /// <exception cref="Http.Refused">It already has.</exception>
    public void Keep() => _shares.Keep(this);

    internal void End()
    {
        _gaveWay = true;
        _ended.Cancel();
    }

    internal void Forget() => _aborted.Dispose();

    public void Dispose()
    {
        _aborted.Dispose();
        _shares.Leave(this);
    }
}
