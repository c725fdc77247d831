namespace Exeat.Store;

/// <summary>What one unit adds to the sums.</summary>
internal readonly record struct RollUpShare(RollUpKey Key, long Attempts, long BytesOut, long BytesIn)
{
    public static RollUpShare Of(FlowUnit unit) => new(RollUpKey.Of(unit), unit.Attempts, unit.BytesOut, unit.BytesIn);
}
