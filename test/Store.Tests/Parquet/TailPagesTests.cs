using DuckDB.NET.Data;

namespace Exeat.Store.Tests.Parquet;

public sealed class TailPagesTests
{
    private static readonly IReadOnlyList<ColumnShape> Shapes =
    [
        new("n", ColumnType.Number), new("s", ColumnType.Small, false), new("t", ColumnType.Tiny, false), new("b", ColumnType.Truth), new("x", ColumnType.Text), new("y", ColumnType.Bytes), new("i", ColumnType.Id, false),
    ];

    [Fact]
    public void The_engine_reads_every_type_and_what_is_missing_over_many_pages_and_groups()
    {
        var pages = new TailPages(Shapes);
        const int Rows = (2 * TailPages.RowsPerGroup) + 123;
        string longest = new('ü', 300_000);
        for (int i = 0; i < Rows; i++)
        {
            // Days beyond those that have row groups of their own too.
            RowGroup row = pages.Row(i % 20);
            row.Number(i % 3 == 0 ? null : long.MinValue + i).Small(-i).Small(i % 256).Truth(i % 5 == 0 ? null : i % 2 == 0).Text(i % 7 == 0 ? null : i % 4000 == 1 ? longest : $"text {i}").Blob(i % 4 == 0 ? null : [0, 255, (byte)i])
                .Bytes16(Id(i)).EndRow();
        }
        TailRows shown = pages.Shown();
        Assert.Equal((8, 20), (shown.Own.Count, shown.Days.Count));
        Assert.All(shown.Own.Values, groups => Assert.NotEmpty(groups));
        string path = Path.GetTempFileName();
        ParquetFile.Write(path, Shapes, [.. shown.All], isSynced: false);
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using DuckDBCommand types = StoreEngine.Command(connection, "SELECT string_agg(column_type, ' ') FROM (DESCRIBE SELECT * FROM read_parquet($file))", ("file", path));
        Assert.Equal("BIGINT INTEGER UTINYINT BOOLEAN VARCHAR BLOB UUID", types.ExecuteScalar());
        using DuckDBCommand command = StoreEngine.Command(connection, "SELECT n, s, t, b, x, hex(y), i FROM read_parquet($file) ORDER BY s DESC", ("file", path));
        using DuckDBDataReader reader = command.ExecuteReader();
        for (int i = 0; i < Rows; i++)
        {
            Assert.True(reader.Read());
            Assert.Equal((i % 3 == 0 ? null : long.MinValue + i, -i, (byte)(i % 256), i % 5 == 0 ? null : i % 2 == 0, i % 7 == 0 ? null : i % 4000 == 1 ? longest : $"text {i}", i % 4 == 0 ? null : $"00FF{(byte)i:X2}", Id(i)),
                (reader.IsDBNull(0) ? null : (long?)reader.GetInt64(0), reader.GetInt32(1), reader.GetByte(2), reader.IsDBNull(3) ? null : (bool?)reader.GetBoolean(3), reader.IsDBNull(4) ? null : reader.GetString(4),
                    reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetGuid(6)));
        }
        Assert.False(reader.Read());
        // What the engine passes over row groups by.
        Assert.Equal(long.MinValue + 1, shown.All.Min(group => group.Column("n").Least));
        Assert.Equal(0L, StoreEngine.Scalar(connection, "SELECT count(*) FROM read_parquet($file) WHERE n > 0", ("file", path)));
        File.Delete(path);

        static Guid Id(int i) => new(i, 7, 9, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    [Fact]
    public void What_was_shown_does_not_change_and_long_rows_do_not_lie_about()
    {
        var pages = new TailPages(Shapes);
        void Add(int i, string text) => pages.Row(i % 3).Number(i).Small(i).Small(0).Truth(true).Text(text).Blob([1]).Bytes16(default).EndRow();
        for (int i = 0; i < 10; i++) Add(i, "a");
        TailRows before = pages.Shown();
        for (int i = 0; i < 100; i++) Add(i, new string('b', 1 << 20));
        Assert.Equal(10, before.All.Sum(group => group.Rows));
        Assert.Equal(110, pages.Shown().All.Sum(group => group.Rows));
        // A hundred mebibytes, packed.
        Assert.InRange(pages.Bytes, 1, 40 << 20);
    }

    [Fact]
    public void Bytes_are_those_that_are_kept_however_long_a_row_is()
    {
        var pages = new TailPages(Shapes);
        var random = new Random(7);
        byte[] noise = new byte[60_000];
        for (int i = 0; i < 1_000; i++)
        {
            random.NextBytes(noise);
            pages.Row(i % 3).Number(i).Small(i).Small(0).Truth(true).Text("a").Blob(noise).Bytes16(default).EndRow();
        }
        Assert.InRange(pages.Bytes, 1_000L * noise.Length, 1_010L * noise.Length);
    }

    [Fact]
    public async Task A_flow_that_goes_on_after_its_end_is_read_back_with_what_it_had()
    {
        await using var kept = new TemporaryStore();
        string flow = Lines.Flow(Lines.Start);
        kept.Append(new Lines().Decision("gw-1/1/1", flow, Lines.Start, "permit", ("names", Lines.Names("a.example"))).Add("gw-1/1/2", flow, "end", Lines.Start.AddSeconds(1), ("bytesOut", 5), ("bytesIn", 6), ("end", "closed")));
        kept.Store.Show();
        kept.Append(new Lines().Add("gw-1/1/3", flow, "end", Lines.Start.AddSeconds(2), ("bytesOut", 50), ("bytesIn", 60), ("end", "closed")));
        kept.Store.Show();
        for (int round = 0; round < 3; round++)
        {
            StoredFlow found = Assert.Single(await kept.ListAsync());
            Assert.Equal(("permit", 50L, 60L, "a.example", Lines.Start), (found.Summary.Outcome, found.Summary.Counts!.BytesOut, found.Summary.Counts.BytesIn, found.Summary.Name, found.Summary.First));
            Assert.Equal((1L, 50L), ((await kept.GroupAsync(FlowDimension.Verdict)).Total.Attempts, (await kept.GroupAsync(FlowDimension.Verdict)).Total.BytesOut));
            if (round == 0) kept.Store.Convert();
            else await kept.ReopenAsync();
        }
    }
}
