namespace Exeat.Store;

/// <summary>The one truth about what belongs to the store: the files, and everything as it was when the last write-ahead file that is Parquet now was complete.</summary>
internal sealed record Manifest
{
    /// <summary>A reader refuses a newer one.</summary>
    public const int CurrentVersion = 2;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>Write-ahead files up to this number are Parquet.</summary>
    public long WalThrough { get; init; }

    public long NextRow { get; init; } = 1;

    public long NextArrival { get; init; } = 1;

    public long NextFile { get; init; } = 1;

    /// <summary>Events that retention deleted.</summary>
    public long Retired { get; init; }

    public IReadOnlyList<StoredFile> Files { get; init; } = [];

    /// <summary>Rows of flows that a later row of these files replaced.</summary>
    public IReadOnlyList<long> Dead { get; init; } = [];

    public IReadOnlyList<SeenStream> Seen { get; init; } = [];

    public IReadOnlyDictionary<string, long> Horizons { get; init; } = new Dictionary<string, long>();
}
