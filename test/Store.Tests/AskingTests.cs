using System.Diagnostics;
using DuckDB.NET.Data;
using Exeat.Flows;

namespace Exeat.Store.Tests;

public sealed class AskingTests
{
    [Fact]
    public async Task Pages_hold_each_flow_once_though_records_arrive_and_files_change_meanwhile()
    {
        await using var kept = new TemporaryStore(options => options with { MaxFilesPerDay = 1 });
        var lines = new Lines();
        for (int i = 1; i <= 200; i++) lines.Decision($"gw-1/1/{i}", Lines.Flow(Lines.Start), Lines.Start.AddMinutes(-(i / 3) * 30), "deny");
        kept.Append(lines);
        kept.Store.Convert();
        HashSet<string> before = [.. (await kept.ListAsync()).Select(flow => flow.Summary.Flow!)], seen = [];
        string? cursor = null;
        int next = 1000;
        do
        {
            FlowPage page = await kept.Store.ListAsync(new FlowFilter(), cursor, 17, default);
            foreach (StoredFlow flow in page.Flows) Assert.True(seen.Add(flow.Summary.Flow!), "a flow came twice");
            cursor = page.Next;
            kept.Append(new Lines().Decision($"gw-1/1/{next++}", Lines.Flow(Lines.Start), Lines.Start.AddMinutes(-next), "deny").Decision($"gw-1/1/{next++}", Lines.Flow(Lines.Start), Lines.Start.AddMinutes(1), "deny"));
            kept.Store.Convert();
            kept.Store.Compact();
        }
        while (cursor is not null);
        Assert.Equal(200, before.Count);
        Assert.Subset(seen, before);
        await Assert.ThrowsAsync<FlowFilterException>(() => kept.Store.ListAsync(new FlowFilter(), "1; DROP TABLE dead", 10, default));
    }

    [Fact]
    public async Task The_first_groups_come_with_all_their_steps_and_the_total_tells_of_the_rest()
    {
        await using var kept = new TemporaryStore();
        int sequence = 1;
        var lines = new Lines();
        for (int agent = 1; agent <= 5; agent++)
            for (int i = 0; i < agent * 10; i++)
                lines.Decision($"gw-1/1/{sequence++}", Lines.Flow(Lines.Start), Lines.Start.AddMinutes(i % 4 * 20), "deny", ("agent", $"a{agent}"), ("bytesOut", 100 - agent));
        kept.Append(lines);
        kept.Store.Show();
        GroupResult byAttempts = await kept.Store.GroupAsync(new GroupQuery { By = [FlowDimension.Agent], Top = 2 }, null, default);
        Assert.Equal([("a5", 50L), ("a4", 40L)], byAttempts.Rows.Select(row => (row.Keys[0]!, row.Attempts)));
        Assert.Equal(150, byAttempts.Total.Attempts);
        GroupResult steps = await kept.Store.GroupAsync(new GroupQuery { By = [FlowDimension.Agent], Top = 2, Bucket = TimeSpan.FromHours(1), Order = GroupOrder.Bytes }, null, default);
        Assert.Equal([("a5", 0), ("a5", 1), ("a4", 0), ("a4", 1)], steps.Rows.Select(row => (row.Keys[0]!, (row.Bucket!.Value - Lines.Start).Hours)));
        Assert.True(steps.FromRollUps);
        Assert.Equal((150, 50), (steps.Total.Attempts, steps.Rows.Where(row => row.Keys[0] == "a5").Sum(row => row.Attempts)));
        GroupResult nothing = await kept.Store.GroupAsync(new GroupQuery { Filter = new FlowFilter { Agents = ["nobody"] } }, null, default);
        Assert.Empty(nothing.Rows);
        Assert.Equal(0, nothing.Total.Attempts);
    }

    [Fact]
    public async Task A_question_that_is_cancelled_ends_soon_and_the_store_goes_on()
    {
        await using var kept = new TemporaryStore();
        // Pairs of everything with everything: minutes of work.
        for (int i = 0; i < 20; i++) kept.Append(CrashChild.Batch(i + 1));
        kept.Store.Show();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => kept.Store.GroupAsync(new GroupQuery { By = [FlowDimension.Destination] }, null, cancelled.Token));
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var progress = new Reports();
        using (var asked = new Asked(connection, new FileView([], new HashSet<string>(), [], new WaitingFolder(kept.Dir)), _ => { }, progress, stop.Token))
        {
            long began = Stopwatch.GetTimestamp();
            Assert.ThrowsAny<OperationCanceledException>(() => asked.Read("SELECT sum(a.range * b.range % 7) FROM range(3000000) a, range(3000000) b", [], _ => true));
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "it was not interrupted");
        }
        Assert.Equal(210, (await kept.GroupAsync(FlowDimension.Class)).Total.Attempts);
    }

    [Fact]
    public async Task Whoever_follows_sees_what_the_filter_chooses_and_is_told_what_was_lost()
    {
        await using var kept = new TemporaryStore();
        using var done = new CancellationTokenSource();
        await using IAsyncEnumerator<TailLine> chosen = kept.Store.TailAsync(new FlowFilter { Agents = ["b"] }, done.Token).GetAsyncEnumerator(done.Token);
        await using IAsyncEnumerator<TailLine> slow = kept.Store.TailAsync(new FlowFilter { Names = ["**.example.org"] }, done.Token).GetAsyncEnumerator(done.Token);
        ValueTask<bool> first = chosen.MoveNextAsync(), slowFirst = slow.MoveNextAsync();
        kept.Append(new Lines().Decision("gw-1/1/1", Lines.Flow(Lines.Start), Lines.Start, "deny", ("agent", "a"), ("names", Lines.Names("x.example.org"))).Decision("gw-1/1/2", Lines.Flow(Lines.Start), Lines.Start, "deny", ("agent", "b")));
        Assert.True(await first);
        Assert.Contains("gw-1/1/2", System.Text.Encoding.UTF8.GetString(chosen.Current.Line.Span), StringComparison.Ordinal);
        Assert.True(await slowFirst);
        var flood = new Lines();
        for (int i = 0; i < LiveSubscriber.MostLines + 10; i++) flood.Decision($"gw-1/2/{i}", Lines.Flow(Lines.Start), Lines.Start, "deny", ("names", Lines.Names("y.example.org")));
        Assert.Equal(LiveSubscriber.MostLines + 10, kept.Append(flood).Accepted);
        for (int i = 0; i < LiveSubscriber.MostLines; i++)
        {
            Assert.True(await slow.MoveNextAsync());
            Assert.Equal(0, slow.Current.Lost);
        }
        kept.Append(new Lines().Decision("gw-1/3/1", Lines.Flow(Lines.Start), Lines.Start, "deny", ("names", Lines.Names("y.example.org"))));
        Assert.True(await slow.MoveNextAsync());
        Assert.Equal((10L, 10L), (slow.Current.Lost, kept.Store.Status.TailLost));
    }

    [Fact]
    public async Task Events_go_on_where_they_stopped_and_arrivals_bring_late_ones_last()
    {
        await using var kept = new TemporaryStore();
        for (int i = 1; i <= 30; i++)
        {
            kept.Append(new Lines().Decision($"gw-1/1/{i}", Lines.Flow(Lines.Start), Lines.Start.AddHours(-i * 3), "deny"));
            if (i % 7 == 0) kept.Store.Convert();
        }
        kept.Store.Show();
        List<string> all = await kept.EventIdsAsync(), parts = [];
        Assert.Equal(Enumerable.Range(1, 30).Reverse().Select(i => $"gw-1/1/{i}"), all);
        string? after = null;
        for (int part = 0; part < 10; part++)
        {
            int given = 0;
            await foreach (StoredLine line in kept.Store.EventsAsync(new FlowFilter(), after, default))
            {
                if (++given > 3) break;
                parts.Add(Id(line));
                after = line.Position;
            }
        }
        Assert.Equal(all, parts);
        List<string> arrived = [];
        for (long at = 0; ;)
        {
            IReadOnlyList<StoredLine> some = await kept.Store.ArrivalsAsync(at, 4, default);
            if (some.Count == 0) break;
            arrived.AddRange(some.Select(Id));
            at = long.Parse(some[^1].Position, System.Globalization.CultureInfo.InvariantCulture);
        }
        Assert.Equal(Enumerable.Range(1, 30).Select(i => $"gw-1/1/{i}"), arrived);
        Assert.Equal(30, kept.Store.LastArrival);
    }

    [Fact]
    public async Task The_events_of_chosen_flows_are_all_their_events()
    {
        await using var kept = new TemporaryStore();
        kept.Time.Advance(TimeSpan.FromDays(3));
        string one = Lines.Flow(Lines.Start), other = Lines.Flow(Lines.Start);
        kept.Append(new Lines().Decision("gw-1/1/1", one, Lines.Start, "permit").Decision("gw-1/1/2", other, Lines.Start, "deny").Add("gw-1/1/3", one, "end", Lines.Start.AddDays(2), ("bytesIn", 5)));
        kept.Store.Convert();
        Assert.Equal(["gw-1/1/1", "gw-1/1/3"], await kept.EventIdsAsync(new FlowFilter { Verdicts = ["permit"] }));
        Assert.Equal(["gw-1/1/1", "gw-1/1/2"], await kept.EventIdsAsync(new FlowFilter { Until = Lines.Start.AddDays(1) }));
    }

    [Fact]
    public async Task A_group_without_members_chooses_nothing_in_any_export()
    {
        await using var kept = new TemporaryStore();
        kept.Append(new Lines().Decision("gw-1/1/1", Lines.Flow(Lines.Start), Lines.Start, "permit"));
        kept.Store.Convert();
        kept.Append(new Lines().Decision("gw-1/1/2", Lines.Flow(Lines.Start), Lines.Start, "deny"));
        kept.Store.Show();
        ResolvedGroup nobody = new([], []);
        foreach (FlowFilter filter in new FlowFilter[] { new() { From = [nobody] }, new() { To = [nobody] }, new() { Since = Lines.Start, Gateways = ["gw-1"], From = [nobody] } })
        {
            // Lines (NDJSON), flows (CSV, OCSF) and Parquet.
            Assert.Empty(await kept.EventIdsAsync(filter));
            await foreach (StoredFlow flow in kept.Store.FlowsAsync(filter, default)) Assert.Fail(flow.Summary.Decision.Id);
            using var file = new MemoryStream();
            await kept.Store.ExportParquetAsync(filter, file, default);
            string path = Path.Combine(kept.Dir, "read.parquet");
            File.WriteAllBytes(path, file.ToArray());
            using var connection = new DuckDBConnection("DataSource=:memory:");
            connection.Open();
            Assert.Equal(0, StoreEngine.Scalar(connection, "SELECT count(*) FROM read_parquet($path)", ("path", path)));
        }
        Assert.Equal(2, (await kept.EventIdsAsync(new FlowFilter { Since = Lines.Start, Gateways = ["gw-1"] })).Count);
    }

    [Fact]
    public async Task An_exported_file_is_read_by_any_reader_of_Parquet()
    {
        await using var kept = new TemporaryStore();
        kept.Append(new Lines().Decision("gw-1/1/1", Lines.Flow(Lines.Start), Lines.Start, "deny", ("names", Lines.Names("=cmd|' /C calc'!A0")), ("denial", "4d2pf2db")).Decision("gw-1/1/2", Lines.Flow(Lines.Start), Lines.Start, "permit", ("dst", "2001:db8::5")));
        kept.Store.Show();
        using var file = new MemoryStream();
        await kept.Store.ExportParquetAsync(new FlowFilter { Agents = ["coding-1"] }, file, default);
        string path = Path.Combine(kept.Dir, "read.parquet");
        File.WriteAllBytes(path, file.ToArray());
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using DuckDBCommand command = StoreEngine.Command(connection, "SELECT time::VARCHAR || ' ' || src || ' ' || dst || ' ' || coalesce(name, '-') || ' ' || decision FROM read_parquet($path) ORDER BY dst DESC", ("path", path));
        using DuckDBDataReader reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read()) rows.Add(reader.GetString(0));
        Assert.Equal(["2026-03-01 12:00:00 192.0.2.2 203.0.113.5 =cmd|' /C calc'!A0 deny", "2026-03-01 12:00:00 192.0.2.2 2001:0db8:0000:0000:0000:0000:0000:0005 - permit"], rows);
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(kept.Dir, "tmp"), "*.parquet"), file => !Path.GetFileName(file).StartsWith("waiting-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flow_is_found_by_its_denial_id_and_an_unknown_one_is_none()
    {
        await using var kept = new TemporaryStore();
        kept.Append(new Lines().Decision("gw-1/1/1", Lines.Flow(Lines.Start), Lines.Start, "deny", ("denial", "4d2pf2db")));
        kept.Store.Convert();
        Assert.Equal("4d2pf2db", (await kept.Store.FindAsync("4d2pf2db", default))!.Summary.Denial);
        foreach (string hostile in RandomRecords.Words) Assert.Null(await kept.Store.FindAsync(hostile, default));
    }

    [Fact]
    public void The_engine_reads_no_file_outside_the_store()
    {
        string dir = Directory.CreateTempSubdirectory("exeat-engine").FullName;
        using (StoreEngine engine = StoreEngine.Open(new StoreOptions { Dir = dir }, Path.Combine(dir, "tmp")))
        {
            foreach (string sql in new[] { "SELECT * FROM read_text('/etc/passwd')", $"COPY (SELECT 1) TO '{dir}.parquet'", "INSTALL httpfs", "SET enable_external_access=true", "SET memory_limit='8GiB'", "SET threads=8", "ATTACH '/tmp/x.db'" })
                Assert.ThrowsAny<DuckDBException>(() => engine.Run(sql));
            engine.Run($"COPY (SELECT 1 AS a) TO '{dir}/a.parquet' (FORMAT parquet)");
        }
        Directory.Delete(dir, recursive: true);
    }

    private static string Id(StoredLine line)
    {
        Assert.Equal(LineRead.Found, new EventReader().TryRead(line.Line.ToArray(), out FlowEvent? read));
        return read!.Id;
    }

    private sealed class Reports : IProgress<QueryProgress>
    {
        public void Report(QueryProgress value) => Assert.InRange(value.Percent, 0, 100);
    }
}
