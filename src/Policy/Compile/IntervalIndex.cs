namespace Exeat.Policy;

/// <summary>Cuts a number line (ports, addresses of one family) into intervals, each with the row of rules that hold there.</summary>
internal sealed class IntervalIndex
{
    private readonly UInt128[] _starts;
    private readonly int[] _rows;

    private IntervalIndex(UInt128[] starts, int[] rows) => (_starts, _rows) = (starts, rows);

    /// <summary>Where the intervals begin.</summary>
    public IReadOnlyList<UInt128> Starts => _starts;

    /// <summary>The row number at a point.</summary>
    public int Find(UInt128 point)
    {
        int low = 0, high = _starts.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            if (_starts[middle] <= point) low = middle;
            else high = middle - 1;
        }
        return _rows[low];
    }

    /// <summary>Collects intervals from left to right.</summary>
    public sealed class Builder(int firstRow)
    {
        private readonly List<UInt128> _starts = [0];
        private readonly List<int> _rows = [firstRow];

        /// <summary>From this point on, this row holds.</summary>
        public void Add(UInt128 start, int row)
        {
            if (_starts[^1] == start) _rows[^1] = row;
            else if (_rows[^1] != row)
            {
                _starts.Add(start);
                _rows.Add(row);
            }
        }

        /// <summary>The finished index.</summary>
        public IntervalIndex Build() => new([.. _starts], [.. _rows]);
    }
}
