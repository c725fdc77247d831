namespace Exeat.Store;

/// <summary>One Parquet file: of one kind and one UTC day.</summary>
internal sealed record StoredFile
{
    public required FileKind Kind { get; init; }

    /// <summary>Days since 1970.</summary>
    public required int Day { get; init; }

    /// <summary>Path below the store's folder.</summary>
    public required string Path { get; init; }

    public required long Rows { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Lowest number of a row (flows) or arrival (events); 0 elsewhere.</summary>
    public long From { get; init; }

    /// <summary>Highest number of a row or arrival.</summary>
    public long To { get; init; }
}
