namespace Exeat.Store;

/// <summary>Counts flows by what they have in common.</summary>
public sealed record GroupQuery
{
    /// <summary>The most groups that one query gives.</summary>
    public const int MostGroups = 10_000;

    /// <summary>Which flows.</summary>
    public FlowFilter Filter { get; init; } = new();

    /// <summary>By what; none: all together.</summary>
    public IReadOnlyList<FlowDimension> By { get; init; } = [];

    /// <summary>Also by time, in steps of this length from the beginning of 1970 (UTC); whole seconds. Null: not.</summary>
    public TimeSpan? Bucket { get; init; }

    /// <summary>Which groups come first.</summary>
    public GroupOrder Order { get; init; }

    /// <summary>How many groups; with <see cref="Bucket"/> each with all its steps.</summary>
    public int Top { get; init; } = 100;
}
