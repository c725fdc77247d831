namespace Exeat.Store;

/// <summary>A row group as it lies in a file: its columns in order.</summary>
internal sealed record PackedGroup(int Rows, IReadOnlyList<PackedColumn> Columns)
{
    public long Bytes { get; } = Columns.Sum(column => column.Bytes);

    public PackedColumn Column(string name) => Columns.First(column => column.Shape.Name == name);
}
