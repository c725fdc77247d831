namespace Exeat.Store;

/// <summary>A row group under way. A row is its values in the order of the columns, and its end.</summary>
internal sealed class RowGroup(IReadOnlyList<ColumnShape> shapes)
{
    private readonly PageColumn[] _columns = [.. shapes.Select(shape => new PageColumn(shape))];
    private int _at, _characters;

    public int Rows { get; private set; }

    /// <summary>Bytes that it keeps in memory.</summary>
    public long Bytes { get; private set; }

    /// <summary>Those of them that are not packed.</summary>
    public long Loose { get; private set; }

    /// <summary>Bytes of its values as they were written.</summary>
    public long PlainBytes { get; private set; }

    public RowGroup Text(string? text)
    {
        _characters += text?.Length ?? 0;
        _columns[_at++].Add(text);
        return this;
    }

    public RowGroup Bytes16(Guid id)
    {
        _columns[_at++].Add(id);
        return this;
    }

    public RowGroup Blob(byte[]? bytes)
    {
        if (bytes is null) _columns[_at++].AddNone();
        else _columns[_at++].Add(bytes.AsSpan());
        return this;
    }

    public RowGroup Utf8(ReadOnlySpan<byte> text)
    {
        _columns[_at++].Add(text);
        return this;
    }

    public RowGroup Number(long? number)
    {
        if (number is { } there) _columns[_at++].Add(there);
        else _columns[_at++].AddNone();
        return this;
    }

    public RowGroup Small(int number)
    {
        _columns[_at++].Add(number);
        return this;
    }

    public RowGroup Truth(bool? truth)
    {
        if (truth is { } there) _columns[_at++].Add(there);
        else _columns[_at++].AddNone();
        return this;
    }

    /// <summary>Says how many characters its texts have.</summary>
    public int EndRow()
    {
        if (_at != _columns.Length) throw new InvalidOperationException($"flow store: a row of {_at} values, {_columns.Length} columns");
        int characters = _characters;
        (_at, _characters) = (0, 0);
        Rows++;
        Count();
        return characters;
    }

    /// <summary>Packs what fills no page yet, and gives its memory back.</summary>
    public void Flush()
    {
        foreach (PageColumn column in _columns) column.Flush();
        Count();
    }

    /// <summary>All of it as it lies in a file; more may be added.</summary>
    public PackedGroup Packed() => new(Rows, [.. _columns.Select(column => column.Packed())]);

    /// <summary>Begins another one, in the same memory.</summary>
    public void Clear()
    {
        foreach (PageColumn column in _columns) column.Clear();
        Rows = 0;
        Count();
    }

    private void Count()
    {
        (Bytes, Loose, PlainBytes) = (0, 0, 0);
        foreach (PageColumn column in _columns) (Bytes, Loose, PlainBytes) = (Bytes + column.Bytes, Loose + column.Loose, PlainBytes + column.PlainBytes);
    }
}
