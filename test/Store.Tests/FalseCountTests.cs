using System.Text;
using DuckDB.NET.Data;

namespace Exeat.Store.Tests;

/// <summary>A gateway that is broken or hostile counts what cannot be: nothing stops, for it or for others.</summary>
public sealed class FalseCountTests
{
    [Fact]
    public async Task False_counts_of_one_gateway_stop_nothing_and_its_lines_stay_as_they_are()
    {
        await using var kept = new TemporaryStore(options => options with { MaxFilesPerDay = 1 });
        (string Key, object? Value)[][] said =
        [
            [("agent", "out"), ("bytesOut", long.MaxValue), ("packetsOut", long.MaxValue)],
            [("agent", "both"), ("bytesOut", long.MaxValue), ("bytesIn", long.MaxValue)],
            [("agent", "negative"), ("bytesOut", long.MinValue), ("packetsIn", -1)],
        ];
        for (int i = 0; i < said.Length; i++)
        {
            // Of one hour.
            DateTimeOffset time = Lines.Start.AddMinutes(i);
            Assert.Equal(1, kept.Append(new Lines().Decision($"gw-1/1/{i + 1}", Lines.Flow(time), time, "permit", said[i])).Accepted);
            Assert.True(kept.Store.Convert());
        }
        var counted = new Lines();
        for (int i = 0; i < 2; i++) counted.Add($"gw-1/1/{10 + i}", Lines.Flow(Lines.Start), "counted", Lines.Start, ("agent", "many"), ("verdict", "deny"), ("count", long.MaxValue));
        Assert.Equal(2, kept.Append(counted).Accepted);
        Assert.True(kept.Store.Convert());
        while (kept.Store.Compact())
        {
        }
        Assert.Equal(new IngestResult(1, 0, 0, false), kept.Append(new Lines().Decision("gw-2/1/1", Lines.Flow(Lines.Start), Lines.Start, "permit", ("agent", "honest"), ("bytesOut", 7)), "gw-2"));
        Assert.True(kept.Store.Convert());
        (string, long, long, long)[] expected =
        [
            ("both", 1, PossibleCounts.MostOfFlow, PossibleCounts.MostOfFlow), ("honest", 1, 7, 0), ("many", 2 * PossibleCounts.MostAttempts, 0, 0), ("negative", 1, 0, 0), ("out", 1, PossibleCounts.MostOfFlow, 0),
        ];
        // By sums, and by the flows themselves.
        foreach (FlowDimension[] by in new FlowDimension[][] { [FlowDimension.Agent], [FlowDimension.Agent, FlowDimension.Destination] })
        {
            GroupResult told = await kept.Store.GroupAsync(new GroupQuery { By = by, Order = GroupOrder.Bytes }, null, default);
            Assert.Equal(by.Length == 1, told.FromRollUps);
            Assert.Equal(["both", "out", "honest"], told.Rows.Take(3).Select(row => row.Keys[0]));
            Assert.Equal(expected, told.Rows.Select(row => (row.Keys[0]!, row.Attempts, row.BytesOut, row.BytesIn)).OrderBy(row => row.Item1, StringComparer.Ordinal));
        }
        Assert.Equal("both", Assert.Single(await kept.ListAsync(new FlowFilter { MinBytes = PossibleCounts.MostOfFlow + 1 })).Summary.Decision.Agent);
        StringBuilder lines = new();
        await foreach (StoredLine line in kept.Store.EventsAsync(new FlowFilter { Agents = ["both"] }, null, default)) lines.Append(Encoding.UTF8.GetString(line.Line.Span));
        Assert.Contains("\"bytesOut\":9223372036854775807,\"bytesIn\":9223372036854775807", lines.ToString(), StringComparison.Ordinal);
        Assert.Equal((false, null), (kept.Store.Status.IsFull, kept.Store.Status.LastError));
    }

    // Rows of a store that took any number, and sums of more flows than a test writes.
    [Fact]
    public void Sums_in_the_engine_stay_at_the_largest_and_the_smallest()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        StoreEngine.Run(connection, $"CREATE TABLE kept ({string.Join(", ", SumColumns.Shapes.Select(shape => $"{shape.Name} {(shape.Type == ColumnType.Text ? "VARCHAR" : shape.Type == ColumnType.Small ? "INTEGER" : "BIGINT")}"))})");
        Assert.Equal([(null, null, null)], Read($"SELECT {SumColumns.Totals} FROM kept", 0));
        StoreEngine.Run(connection, $"INSERT INTO kept (began, agent, name, attempts, bytes_out, bytes_in) SELECT {Microseconds.Minute} * range, 'a', 'b', -9223372036854775807 - 1, 9223372036854775807, 9223372036854775807 FROM range(3)");
        (long?, long?, long?) most = (long.MinValue, long.MaxValue, long.MaxValue);
        foreach (FileKind kind in SumColumns.Kinds)
            Assert.Equal(Enumerable.Repeat(most, kind == FileKind.Minutes ? 3 : 1), Read($"SELECT attempts, bytes_out, bytes_in FROM ({FlowStore.SumsOf(kind, "kept", "true")})", 0));
        FilterSql sql = FilterSql.Of(new FlowFilter { MinBytes = long.MaxValue });
        foreach (TimeSpan? bucket in new TimeSpan?[] { null, TimeSpan.FromMinutes(1) })
        {
            var query = new GroupQuery { By = [FlowDimension.Agent], Order = GroupOrder.Bytes, Bucket = bucket };
            foreach (string from in new[] { "kept", $"({GroupSql.Sums(query, "kept", "kept", "true")})" })
            {
                string text = GroupSql.Text(query, from, sql.Where);
                Assert.Equal(Enumerable.Repeat(most, bucket is null ? 1 : 3), Read(text, 2));
                Assert.Equal(Enumerable.Repeat(most, bucket is null ? 1 : 3), Read(text, 7));
            }
        }
        Assert.Empty(Read($"SELECT attempts, bytes_out, bytes_in FROM kept WHERE {FilterSql.Of(new FlowFilter { MaxBytes = long.MaxValue }).Where}", 0));

        List<(long?, long?, long?)> Read(string text, int at)
        {
            List<(long?, long?, long?)> rows = [];
            (string, object)[] values = text.Contains("$v0", StringComparison.Ordinal) ? [("v0", long.MaxValue)] : [];
            using DuckDBCommand command = StoreEngine.Command(connection, text, values);
            using DuckDBDataReader reader = command.ExecuteReader();
            long? Number(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
            while (reader.Read()) rows.Add((Number(at), Number(at + 1), Number(at + 2)));
            return rows;
        }
    }

    [Fact]
    public void Differences_in_memory_stay_at_the_largest_and_the_smallest()
    {
        var key = new RollUpKey(0, "gw-1", "a", null, "permit", null, null, null, null, null, null, null, 443, null);
        Dictionary<RollUpKey, (long Attempts, long BytesOut, long BytesIn)> sums = [];
        foreach (int sign in new[] { +1, +1, -1 }) FlowStore.Add(sums, new RollUpShare(key, 1, sign > 0 ? long.MaxValue : 5, long.MinValue), sign);
        Assert.Equal((1L, long.MaxValue - 5, 0L), sums[key]);
        FlowStore.Add(sums, new RollUpShare(key, 1, 0, long.MinValue), -1);
        Assert.Equal((0L, long.MaxValue - 5, long.MaxValue), sums[key]);
    }
}
