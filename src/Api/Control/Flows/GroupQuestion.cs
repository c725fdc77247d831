namespace Exeat.Api.Control;

/// <summary>Counts flows by what they have in common.</summary>
public sealed record GroupQuestion
{
    /// <summary>Which flows; none: all.</summary>
    public FlowFilterForm? Filter { get; init; }

    /// <summary>By what: some of <c>gateway</c>, <c>agent</c>, <c>class</c>, <c>name</c>, <c>destination</c>, <c>port</c>, <c>protocol</c>, <c>rule</c>, <c>verdict</c>, <c>would</c>, <c>wouldRule</c>, <c>reason</c>, <c>mode</c>, <c>proof</c>, <c>stage</c>, <c>policyVersion</c>, <c>source</c>, <c>end</c>, <c>labels</c>.</summary>
    public IReadOnlyList<string>? By { get; init; }

    /// <summary>Also by time, in steps of so many seconds.</summary>
    public long? BucketSeconds { get; init; }

    /// <summary>What comes first: <c>attempts</c>, <c>bytes</c>, <c>lastSeen</c> or <c>firstSeen</c>.</summary>
    public string? Order { get; init; }

    /// <summary>How many groups.</summary>
    public int? Top { get; init; }
}
