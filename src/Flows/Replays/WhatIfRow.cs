namespace Exeat.Flows;

/// <summary>Like attempts, of one agent to one destination, that the candidate decides otherwise.</summary>
public sealed class WhatIfRow
{
    /// <summary>What they have in common.</summary>
    public required WhatIfKey Key { get; init; }

    /// <summary>How many.</summary>
    public long Count { get; internal set; }

    /// <summary>When the first was recorded.</summary>
    public DateTimeOffset First { get; internal set; }

    /// <summary>When the last was recorded.</summary>
    public DateTimeOffset Last { get; internal set; }

    /// <summary>The flow of the last one, for <c>exeat why</c>.</summary>
    public string? Flow { get; internal set; }
}
