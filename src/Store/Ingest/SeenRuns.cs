namespace Exeat.Store;

/// <summary>Which sequence numbers of one stream were taken: runs without a gap. Mostly one; where there are too many, the oldest are forgotten, and numbers that low must be looked up.</summary>
internal sealed class SeenRuns
{
    /// <summary>Gaps are batches under way or records that a full disk swallowed: a thousand at once is a broken sender.</summary>
    public const int MostRuns = 1024;

    private readonly List<(long First, long Last)> _runs = [];

    public SeenRuns()
    {
    }

    public SeenRuns(long uncertainThrough, IEnumerable<long> bounds)
    {
        UncertainThrough = uncertainThrough;
        long[] all = [.. bounds];
        for (int i = 0; i + 1 < all.Length; i += 2) _runs.Add((all[i], all[i + 1]));
    }

    /// <summary>Up to this number the runs do not tell.</summary>
    public long UncertainThrough { get; private set; } = -1;

    public int Count => _runs.Count;

    public IEnumerable<long> Bounds => _runs.SelectMany(run => new[] { run.First, run.Last });

    public void ForgetAll() => (UncertainThrough, _) = (long.MaxValue, 0);

    public Seen Look(long number)
    {
        int at = LastFrom(number);
        if (at >= 0 && number <= _runs[at].Last) return Seen.Before;
        return number <= UncertainThrough ? Seen.Uncertain : Seen.Never;
    }

    public void Add(long number)
    {
        int at = LastFrom(number);
        if (at >= 0 && number <= _runs[at].Last) return;
        bool joinsLeft = at >= 0 && _runs[at].Last == number - 1, joinsRight = at + 1 < _runs.Count && _runs[at + 1].First == number + 1;
        if (joinsLeft && joinsRight)
        {
            _runs[at] = (_runs[at].First, _runs[at + 1].Last);
            _runs.RemoveAt(at + 1);
        }
        else if (joinsLeft) _runs[at] = (_runs[at].First, number);
        else if (joinsRight) _runs[at + 1] = (number, _runs[at + 1].Last);
        else _runs.Insert(at + 1, (number, number));
        if (_runs.Count <= MostRuns) return;
        UncertainThrough = Math.Max(UncertainThrough, _runs[(MostRuns / 2) - 1].Last);
        _runs.RemoveRange(0, MostRuns / 2);
    }

    // The last run that begins at the number or before it; -1: none.
    private int LastFrom(long number)
    {
        int low = 0, high = _runs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_runs[middle].First <= number) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }
}
