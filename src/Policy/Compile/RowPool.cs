using System.Runtime.InteropServices;

namespace Exeat.Policy;

/// <summary>Sets of rules as rows of bits, equal rows kept once. Rows are addressed by a small number.</summary>
internal sealed class RowPool(int words)
{
    private readonly Dictionary<ulong[], int> _numbers = new(new RowComparer());
    private readonly List<ulong[]> _rows = [];

    /// <summary>The number of the row with these bits.</summary>
    public int Add(ReadOnlySpan<ulong> row)
    {
        var lookup = _numbers.GetAlternateLookup<ReadOnlySpan<ulong>>();
        if (lookup.TryGetValue(row, out int number)) return number;
        ulong[] copy = row.ToArray();
        _numbers.Add(copy, _rows.Count);
        _rows.Add(copy);
        return _rows.Count - 1;
    }

    /// <summary>All rows, one after the other.</summary>
    public RowTable Freeze()
    {
        var bits = new ulong[_rows.Count * words];
        for (int i = 0; i < _rows.Count; i++) _rows[i].CopyTo(bits, i * words);
        return new RowTable(bits, words);
    }

    private sealed class RowComparer : IEqualityComparer<ulong[]>, IAlternateEqualityComparer<ReadOnlySpan<ulong>, ulong[]>
    {
        public bool Equals(ulong[]? x, ulong[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<ulong> alternate, ulong[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ulong[] row) => GetHashCode((ReadOnlySpan<ulong>)row);

        public ulong[] Create(ReadOnlySpan<ulong> alternate) => alternate.ToArray();

        public int GetHashCode(ReadOnlySpan<ulong> row)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(row));
            return hash.ToHashCode();
        }
    }
}
