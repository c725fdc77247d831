namespace Exeat.Cli.Verify;

/// <summary>Access to the gateway's records: its journal, or what its socket tells.</summary>
internal interface IRecords
{
    /// <summary>How many attempts may be under way at once, for their records to be told apart.</summary>
    int Parallel { get; }

    /// <summary>Called right after each attempt.</summary>
    Task NoticeAsync(Probe probe, Seen seen, CancellationToken stop);

    /// <summary>Called when all attempts were made: finds the record of each.</summary>
    Task<IReadOnlyList<RecordLook>> FindAsync(IReadOnlyList<(Probe Probe, Seen Seen)> attempts, CancellationToken stop);
}
