namespace Exeat.Gateway.Records;

/// <summary>What conntrack counted over the life of a flow; bytes with IP headers.</summary>
internal readonly record struct FlowCounts(long BytesOut, long BytesIn, long PacketsOut, long PacketsIn)
{
    /// <summary>How the flow ended, by conntrack's last state; null when that was not told.</summary>
    public string? How { get; init; }

    /// <summary>How long the kernel kept the entry after that, which is no part of the flow's life.</summary>
    public TimeSpan Lingered { get; init; }
}
