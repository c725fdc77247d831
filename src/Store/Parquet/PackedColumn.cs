namespace Exeat.Store;

/// <summary>What a row group has of a column.</summary>
/// <param name="Shape">The column.</param>
/// <param name="Pages">Its pages.</param>
/// <param name="Least">Of numbers: the least one.</param>
/// <param name="Most">Of numbers: the greatest one.</param>
internal sealed record PackedColumn(ColumnShape Shape, IReadOnlyList<PackedPage> Pages, long Least, long Most)
{
    public long Bytes { get; } = Pages.Sum(page => (long)page.Bytes.Length);

    public long PlainBytes { get; } = Pages.Sum(page => (long)page.PlainBytes);
}
