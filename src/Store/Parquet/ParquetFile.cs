using System.Buffers.Binary;
using System.Text;

namespace Exeat.Store;

/// <summary>Row groups as a Parquet file (the format's own description, parquet.thrift, names the numbers of fields).</summary>
internal static class ParquetFile
{
    /// <summary>Encodings.</summary>
    public const int Plain = 0, Runs = 3;

    private const int Brotli = 4, Required = 0, Optional = 1, Utf8 = 0, UnsignedByte = 11;

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Writes a file whole, or none. Says how long it is.</summary>
    public static long Write(string path, IReadOnlyList<ColumnShape> shapes, IReadOnlyList<PackedGroup> groups, bool isSynced)
    {
        try
        {
            using FileStream file = new(path, FileMode.Create, FileAccess.Write);
            Write(file, shapes, groups);
            file.Flush(isSynced);
            return file.Length;
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    private static void Write(Stream to, IReadOnlyList<ColumnShape> shapes, IReadOnlyList<PackedGroup> groups)
    {
        to.Write(Magic);
        long at = Magic.Length;
        var foot = new CompactWriter();
        foot.Number(1, 2);
        foot.BeginList(2, shapes.Count + 1, CompactWriter.Struct);
        foot.BeginElement();
        foot.Text(4, "schema"u8);
        foot.Number(5, shapes.Count);
        foot.End();
        foreach (ColumnShape shape in shapes) Describe(foot, shape);
        foot.Long(3, groups.Sum(group => (long)group.Rows));
        foot.BeginList(4, groups.Count, CompactWriter.Struct);
        foreach (PackedGroup group in groups)
        {
            foot.BeginElement();
            foot.BeginList(1, group.Columns.Count, CompactWriter.Struct);
            foreach (PackedColumn column in group.Columns)
            {
                Describe(foot, column, group.Rows, at);
                foreach (PackedPage page in column.Pages) to.Write(page.Bytes);
                at += column.Bytes;
            }
            foot.Long(2, group.Columns.Sum(column => column.PlainBytes));
            foot.Long(3, group.Rows);
            foot.End();
        }
        foot.Text(6, "exeat"u8);
        foot.End();
        to.Write(foot.Written);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, foot.Written.Length);
        to.Write(length);
        to.Write(Magic);
    }

    private static void Describe(CompactWriter foot, ColumnShape shape)
    {
        foot.BeginElement();
        foot.Number(1, TypeOf(shape));
        if (shape.Type == ColumnType.Id) foot.Number(2, 16);
        foot.Number(3, shape.IsOptional ? Optional : Required);
        foot.Text(4, Encoding.ASCII.GetBytes(shape.Name));
        if (shape.Type == ColumnType.Text) foot.Number(6, Utf8);
        if (shape.Type == ColumnType.Tiny) foot.Number(6, UnsignedByte);
        if (shape.Type is ColumnType.Text or ColumnType.Id)
        {
            foot.Begin(10);
            foot.Begin(shape.Type == ColumnType.Text ? 1 : 14);
            foot.End();
            foot.End();
        }
        foot.End();
    }

    private static void Describe(CompactWriter foot, PackedColumn column, int rows, long at)
    {
        foot.BeginElement();
        foot.Long(2, at);
        foot.Begin(3);
        foot.Number(1, TypeOf(column.Shape));
        foot.BeginList(2, 2, CompactWriter.Int32);
        foot.Element(Plain);
        foot.Element(Runs);
        foot.BeginList(3, 1, CompactWriter.Binary);
        foot.Element(Encoding.ASCII.GetBytes(column.Shape.Name));
        foot.Number(4, Brotli);
        foot.Long(5, rows);
        foot.Long(6, column.PlainBytes);
        foot.Long(7, column.Bytes);
        foot.Long(9, at);
        if (column.Shape.Type == ColumnType.Number && column.Least <= column.Most)
        {
            Span<byte> bound = stackalloc byte[sizeof(long)];
            foot.Begin(12);
            BinaryPrimitives.WriteInt64LittleEndian(bound, column.Most);
            foot.Text(5, bound);
            BinaryPrimitives.WriteInt64LittleEndian(bound, column.Least);
            foot.Text(6, bound);
            foot.End();
        }
        foot.End();
        foot.End();
    }

    private static int TypeOf(ColumnShape shape) => shape.Type switch
    {
        ColumnType.Truth => 0,
        ColumnType.Small or ColumnType.Tiny => 1,
        ColumnType.Number => 2,
        ColumnType.Text or ColumnType.Bytes => 6,
        _ => 7,
    };
}
