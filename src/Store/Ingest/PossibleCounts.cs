using Exeat.Flows;

namespace Exeat.Store;

/// <summary>What a line may count: beyond it no count is true, and a few of them would fill every sum. Columns and sums have the nearest that can be; the line keeps what it said.</summary>
internal static class PossibleCounts
{
    /// <summary>Bytes or packets of one flow in one direction: 256 TiB.</summary>
    public const long MostOfFlow = 1L << 48;

    /// <summary>Attempts that one line stands for.</summary>
    public const long MostAttempts = 1L << 32;

    public static FlowEvent Of(FlowEvent read) => read.Count is >= 1 and <= MostAttempts && IsPossible(read.BytesOut) && IsPossible(read.BytesIn) && IsPossible(read.PacketsOut) && IsPossible(read.PacketsIn)
        ? read
        : read with
        {
            BytesOut = Nearest(read.BytesOut),
            BytesIn = Nearest(read.BytesIn),
            PacketsOut = Nearest(read.PacketsOut),
            PacketsIn = Nearest(read.PacketsIn),
            Count = Math.Clamp(read.Count, 1, MostAttempts),
        };

    private static bool IsPossible(long count) => count is >= 0 and <= MostOfFlow;

    private static long Nearest(long count) => Math.Clamp(count, 0, MostOfFlow);
}
