namespace Exeat.Gateway.Records;

/// <summary>What conntrack counted over the life of a flow; bytes with IP headers.</summary>
internal readonly record struct FlowCounts(long BytesOut, long BytesIn, long PacketsOut, long PacketsIn);
