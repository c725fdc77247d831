namespace Exeat.Store;

/// <summary>A row group as it lies in a file: its columns in order.</summary>
internal sealed record PackedGroup(int Rows, IReadOnlyList<PackedColumn> Columns)
{
    public long Bytes { get; } = Columns.Sum(column => column.Bytes);

    /// <summary>Bytes that it takes once it is unpacked.</summary>
    public long PlainBytes { get; } = Columns.Sum(column => column.PlainBytes);

    public PackedColumn Column(string name) => Columns.First(column => column.Shape.Name == name);
}
