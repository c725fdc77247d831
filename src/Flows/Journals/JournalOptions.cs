namespace Exeat.Flows;

/// <summary>Where and how much a <see cref="Journal"/> keeps.</summary>
public sealed record JournalOptions
{
    /// <summary>The journal's own directory; made when it does not exist.</summary>
    public required string Dir { get; init; }

    /// <summary>The gateway's id, first part of every event's <c>id</c>.</summary>
    public required string Gateway { get; init; }

    /// <summary>Disk budget: beyond it the oldest closed segment is retired, and the journal says so. 1 GiB is about two million events.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Size at which a segment is closed; at most a quarter of <see cref="MaxBytes"/> is used.</summary>
    public long SegmentBytes { get; init; } = 16L << 20;

    /// <summary>How long a committed event may wait for the disk (fdatasync); kill −9 loses nothing either way.</summary>
    public TimeSpan SyncEvery { get; init; } = TimeSpan.FromMilliseconds(200);
}
