namespace Exeat.Gateway.Reload;

/// <summary>Collects what asks for the documents to be read again: a person's signal at once, changes of files when they have come to rest.</summary>
internal sealed class ReloadSignal(TimeProvider time) : IDisposable
{
    // An editor or a checkout writes several times in a row; a quarantine has a second in all.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan AtMost = TimeSpan.FromMilliseconds(600);

    private readonly SemaphoreSlim _some = new(0);
    private int _forced;
    private int _changed;

    /// <summary>A person asks: the documents are read whether they changed or not.</summary>
    public void Force()
    {
        Volatile.Write(ref _forced, 1);
        _some.Release();
    }

    /// <summary>Something happened to the files.</summary>
    public void Changed()
    {
        // One wake-up for many events: each further one only prolongs the wait for quiet.
        if (Interlocked.Increment(ref _changed) == 1) _some.Release();
    }

    public void Dispose() => _some.Dispose();

    /// <summary>Waits for a cause, at most so long; <see cref="ReloadCause.None"/> when nothing came.</summary>
    public async Task<ReloadCause> WaitAsync(TimeSpan most, CancellationToken stop)
    {
        if (!await _some.WaitAsync(most, stop).ConfigureAwait(false)) return ReloadCause.None;
        if (Interlocked.Exchange(ref _forced, 0) == 1) return ReloadCause.Asked;
        long began = time.GetTimestamp();
        for (int seen = -1, now; seen != (now = Volatile.Read(ref _changed)) && time.GetElapsedTime(began) < AtMost;)
        {
            seen = now;
            await Task.Delay(Quiet, time, stop).ConfigureAwait(false);
        }
        Volatile.Write(ref _changed, 0);
        return Interlocked.Exchange(ref _forced, 0) == 1 ? ReloadCause.Asked : ReloadCause.Files;
    }
}
