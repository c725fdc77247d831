namespace Exeat.Store;

/// <summary>How the store is. Counters are since it was opened, unless they say otherwise.</summary>
public sealed record StoreStatus
{
    /// <summary>Bytes of all files.</summary>
    public required long Bytes { get; init; }

    /// <summary>Events kept.</summary>
    public required long Events { get; init; }

    /// <summary>Flows kept, folded; each counted line is one.</summary>
    public required long Flows { get; init; }

    /// <summary>Day of the oldest record; null: there is none.</summary>
    public required DateOnly? Oldest { get; init; }

    /// <summary>Day of the newest record.</summary>
    public required DateOnly? Newest { get; init; }

    /// <summary>Events that are durable but not yet Parquet.</summary>
    public required long Waiting { get; init; }

    /// <summary>How long the oldest event waits to be seen by queries.</summary>
    public required TimeSpan Lag { get; init; }

    /// <summary>Events taken.</summary>
    public required long Accepted { get; init; }

    /// <summary>Events that came again.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Lines that were no events.</summary>
    public required long Refused { get; init; }

    /// <summary>Batches refused for want of room.</summary>
    public required long FullBatches { get; init; }

    /// <summary>Events whose time cannot be (before 2020, or more than a day ahead of this clock): kept under the day they were received.</summary>
    public required long AbsurdTimes { get; init; }

    /// <summary>Events that retention deleted, of all openings.</summary>
    public required long Retired { get; init; }

    /// <summary>Merges of small files that failed and were passed over.</summary>
    public required long FailedMerges { get; init; }

    /// <summary>Lines that slow subscribers of the live tail lost.</summary>
    public required long TailLost { get; init; }

    /// <summary>Whether the disk is full, so that nothing is taken.</summary>
    public required bool IsFull { get; init; }

    /// <summary>The last thing that conversion, compaction or retention could not do; null: all is well.</summary>
    public required string? LastError { get; init; }
}
