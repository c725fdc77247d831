namespace Exeat.Store;

/// <summary>Rows of a tail as they will lie in files: packed as they come, so that a hundred thousand take a few megabytes. They are not tables of the engine; whoever asks gets a file of them.</summary>
internal sealed class TailPages(IReadOnlyList<ColumnShape> shapes)
{
    /// <summary>Fewer than in lasting files, since those under way are packed each time that they are shown.</summary>
    public const int RowsPerGroup = 10_000;

    /// <summary>A row group of so many bytes, unpacked, has enough rows: several times what as many usual ones have.</summary>
    public const long BytesPerGroup = 32 << 20;

    // Days that have row groups of their own, which become their files as they are: today, and those of late records. Who writes of a thousand days at once gets the engine to sort them.
    private const int MostDays = 8;

    // What no page holds yet is packed as it is when it is more.
    private const long MostLoose = 32 << 20;

    private readonly Dictionary<int, Part> _own = [];
    private readonly Part _others = new(shapes);
    private readonly HashSet<int> _days = [];

    /// <summary>Bytes that it keeps in memory.</summary>
    public long Bytes
    {
        get
        {
            long bytes = _others.Bytes;
            foreach (Part part in _own.Values) bytes += part.Bytes;
            return bytes;
        }
    }

    private long Loose
    {
        get
        {
            long bytes = _others.UnderWay.Loose;
            foreach (Part part in _own.Values) bytes += part.UnderWay.Loose;
            return bytes;
        }
    }

    /// <summary>Where a row of a day is written.</summary>
    public RowGroup Row(int day)
    {
        if (Loose >= MostLoose)
            foreach (Part any in (Part[])[.. _own.Values, _others]) any.UnderWay.Flush();
        _days.Add(day);
        if (!_own.TryGetValue(day, out Part? part))
        {
            if (_own.Count >= MostDays) part = _others;
            else _own[day] = part = new Part(shapes);
        }
        return part.Row();
    }

    /// <summary>All rows so far; what comes later does not change it.</summary>
    public TailRows Shown() => new(_own.ToDictionary(own => own.Key, own => own.Value.Packed()), _others.Packed(), [.. _days]);

    private sealed class Part(IReadOnlyList<ColumnShape> shapes)
    {
        private readonly List<PackedGroup> _finished = [];
        private PackedGroup? _packed;

        public RowGroup UnderWay { get; } = new(shapes);

        public long Bytes => _finished.Sum(group => group.Bytes) + UnderWay.Bytes;

        public RowGroup Row()
        {
            if (UnderWay.Rows >= RowsPerGroup || UnderWay.PlainBytes >= BytesPerGroup) Finish();
            _packed = null;
            return UnderWay;
        }

        public IReadOnlyList<PackedGroup> Packed()
        {
            if (UnderWay.Rows >= RowsPerGroup / 2) Finish();
            if (UnderWay.Rows == 0) return [.. _finished];
            return [.. _finished, _packed ??= UnderWay.Packed()];
        }

        private void Finish()
        {
            _finished.Add(_packed ?? UnderWay.Packed());
            _packed = null;
            UnderWay.Clear();
        }
    }
}
