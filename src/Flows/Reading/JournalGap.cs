namespace Exeat.Flows;

/// <summary>Segments that were deleted before they were read: from a place, up to the segment at which reading went on.</summary>
/// <param name="From">Where reading stood.</param>
/// <param name="ToEpoch">Epoch of the segment at which it went on.</param>
/// <param name="ToNumber">Number of that segment.</param>
public readonly record struct JournalGap(JournalPosition From, long ToEpoch, long ToNumber)
{
    /// <summary>How many lines of a deleted segment lie in this gap, when the journal tells that it deleted that many.</summary>
    public long LinesOf(long epoch, long number, long lines)
    {
        (long, long) segment = (epoch, number), from = (From.Epoch, From.Number);
        if (segment.CompareTo(from) < 0 || segment.CompareTo((ToEpoch, ToNumber)) >= 0) return 0;
        return segment == from ? Math.Max(0, lines - From.Lines) : lines;
    }
}
