namespace Exeat.Store;

/// <summary>Settings of a flow store. Every default states its origin.</summary>
public sealed record StoreOptions
{
    /// <summary>The store's own folder; made when it is not there.</summary>
    public required string Dir { get; init; }

    /// <summary>Records of days before this many are deleted, whole days at a time. 0: never by age.</summary>
    public int RetentionDays { get; init; } = 90;

    /// <summary>When the files hold more, the oldest days are deleted. 0: never by size.</summary>
    public long MaxBytes { get; init; }

    /// <summary>What is to stay free on the disk: below it nothing more is taken (compaction needs room to write before it can delete).</summary>
    public long MinFreeBytes { get; init; } = 256L << 20;

    /// <summary>Memory of the query engine. Small, so that a gateway on the same machine is never short of it; what needs more goes through its folder for temporary files.</summary>
    public long MemoryBytes { get; init; } = 512L << 20;

    /// <summary>The most that queries may put on disk for a while.</summary>
    public long TemporaryBytes { get; init; } = 8L << 30;

    /// <summary>Threads of the query engine.</summary>
    public int Threads { get; init; } = Math.Min(2, Environment.ProcessorCount);

    /// <summary>Records are turned into Parquet when so many wait …</summary>
    public int ConvertEvents { get; init; } = 100_000;

    /// <summary>… or the oldest has waited so long.</summary>
    public TimeSpan ConvertAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often what came in is handed to the query engine. Well below the two seconds in which records are to be seen.</summary>
    public TimeSpan ShowEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A day with more files than this is compacted.</summary>
    public int MaxFilesPerDay { get; init; } = 12;

    /// <summary>Gets a sentence when conversion, compaction or retention could not do its work, once for each that is another than the last.</summary>
    public Action<string>? Told { get; init; }

    /// <summary>Whether conversion, compaction and retention run by themselves. Tests and benches drive them by hand.</summary>
    public bool IsDriven { get; init; } = true;
}
