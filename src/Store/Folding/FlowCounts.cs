using Exeat.Flows;

namespace Exeat.Store;

/// <summary>What the last event with counts said of its flow. No more of that event is kept: a store has a hundred thousand flows in memory.</summary>
internal readonly record struct FlowCounts(string Event, DateTimeOffset Time, long BytesOut, long BytesIn, long PacketsOut, long PacketsIn, long DurationMs, string? End)
{
    public static FlowCounts Of(FlowEvent read) => new(read.Event, read.Time, read.BytesOut, read.BytesIn, read.PacketsOut, read.PacketsIn, read.DurationMs, read.End);
}
