namespace Exeat.Store;

/// <summary>A stretch of time and what answers for it.</summary>
/// <param name="Kind">Which sums; null: the flows themselves.</param>
/// <param name="From">Its beginning; <see cref="long.MinValue"/>: there is none.</param>
/// <param name="To">Its end, not part of it; <see cref="long.MaxValue"/>: there is none.</param>
internal readonly record struct SumPart(FileKind? Kind, long From, long To)
{
    /// <summary>As a condition on a column; numbers of ours.</summary>
    public string Within(string column)
    {
        List<string> bounds = [];
        if (From != long.MinValue) bounds.Add(FormattableString.Invariant($"{column} >= {From}"));
        if (To != long.MaxValue) bounds.Add(FormattableString.Invariant($"{column} < {To}"));
        return bounds.Count == 0 ? "true" : "(" + string.Join(" AND ", bounds) + ")";
    }

    public bool Needs(StoredFile file) => (From == long.MinValue || (file.Day + 1) * Microseconds.Day > From) && (To == long.MaxValue || file.Day * Microseconds.Day < To);

    /// <summary>The stretches of a question: as much as can be of the coarsest sums, the edges of finer ones, and what is left of the flows.</summary>
    public static List<SumPart> Split(ReadOnlySpan<FileKind> kinds, long from, long to)
    {
        if (from >= to) return [];
        if (kinds.IsEmpty) return [new SumPart(null, from, to)];
        long step = SumColumns.StepOf(kinds[0]);
        long low = from == long.MinValue ? from : Floor(from + step - 1, step), high = to == long.MaxValue ? to : Floor(to, step);
        return low >= high ? Split(kinds[1..], from, to) : [.. Split(kinds[1..], from, low), new SumPart(kinds[0], low, high), .. Split(kinds[1..], high, to)];
    }

    private static long Floor(long time, long step) => time - (((time % step) + step) % step);
}
