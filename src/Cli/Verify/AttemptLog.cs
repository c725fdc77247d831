namespace Exeat.Cli.Verify;

/// <summary>Makes attempts and lets whoever reads records take notice of each.</summary>
internal sealed class AttemptLog(IProber prober, IRecords? records)
{
    private int _made;

    /// <summary>How many were made.</summary>
    public int Made => Volatile.Read(ref _made);

    public async Task<Seen> MakeAsync(Probe probe, CancellationToken stop)
    {
        Interlocked.Increment(ref _made);
        Seen seen = await prober.MakeAsync(probe, stop);
        if (records is not null) await records.NoticeAsync(probe, seen, stop);
        return seen;
    }
}
