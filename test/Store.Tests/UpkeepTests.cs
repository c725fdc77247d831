namespace Exeat.Store.Tests;

public sealed class UpkeepTests
{
    [Fact]
    public async Task Small_files_of_a_day_become_one_and_nothing_else_changes()
    {
        await using var kept = new TemporaryStore(options => options with { MaxFilesPerDay = 3 });
        for (int i = 1; i <= 5; i++)
        {
            kept.Append(CrashChild.Batch(i * 60)); // all of one hour of one day
            kept.Store.Convert();
        }
        int Files() => Directory.GetFiles(kept.Dir, "*.parquet", SearchOption.AllDirectories).Length;
        (int before, List<string> ids, GroupResult groups) = (Files(), await kept.EventIdsAsync(), await kept.GroupAsync(FlowDimension.Agent, FlowDimension.Rule));
        int merged = 0;
        while (kept.Store.Compact()) merged++;
        Assert.True(merged > 0 && Files() <= before - (3 * merged), $"{before} files became {Files()} by {merged} merges");
        Assert.Equal(ids, await kept.EventIdsAsync());
        Assert.Equal(groups.Rows.Select(row => row with { Keys = [] }), (await kept.GroupAsync(FlowDimension.Agent, FlowDimension.Rule)).Rows.Select(row => row with { Keys = [] }));
    }

    [Fact]
    public async Task Files_that_are_merged_away_stay_until_the_last_question_that_reads_them_ends()
    {
        await using var kept = new TemporaryStore(options => options with { MaxFilesPerDay = 1 });
        for (int i = 1; i <= 3; i++)
        {
            kept.Append(CrashChild.Batch(i * 60));
            kept.Store.Convert();
        }
        var seen = 0;
        await foreach (StoredFlow _ in kept.Store.FlowsAsync(new FlowFilter(), default))
        {
            if (seen++ == 0)
                while (kept.Store.Compact())
                {
                }
        }
        Assert.Equal(60, seen);
    }

    [Fact]
    public async Task A_question_whose_files_cannot_be_read_fails_as_the_store_does()
    {
        await using var kept = new TemporaryStore();
        kept.Append(CrashChild.Batch(1));
        kept.Store.Convert();
        foreach (string path in Directory.GetFiles(kept.Dir, "*.parquet", SearchOption.AllDirectories)) File.Delete(path);
        await Assert.ThrowsAsync<StoreException>(() => kept.GroupAsync(FlowDimension.Agent));
        await Assert.ThrowsAsync<StoreException>(() => kept.ListAsync());
        await Assert.ThrowsAsync<StoreException>(() => kept.EventIdsAsync());
    }

    [Fact]
    public async Task What_is_too_old_goes_by_whole_days_and_is_counted()
    {
        await using var kept = new TemporaryStore(options => options with { RetentionDays = 10 });
        foreach (int days in new[] { 0, 5, 9, 11, 30 })
            kept.Append(new Lines().Decision($"gw-1/1/{days + 1}", Lines.Flow(Lines.Start), Lines.Start.AddDays(-days), "deny"));
        kept.Store.Convert();
        Assert.Equal(2, kept.Store.Retire());
        Assert.Equal(0, kept.Store.Retire());
        Assert.Equal((3L, 2L, 3), (kept.Store.Status.Events, kept.Store.Status.Retired, (await kept.ListAsync()).Count));
        await kept.ReopenAsync();
        Assert.Equal((3L, 2L), (kept.Store.Status.Events, kept.Store.Status.Retired));
        kept.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(2, kept.Store.Retire());
        Assert.Equal(1, (await kept.GroupAsync(FlowDimension.Agent)).Total.Attempts);
    }

    [Fact]
    public async Task What_is_too_much_goes_oldest_first()
    {
        await using var kept = new TemporaryStore(options => options with { MaxBytes = 60_000 });
        for (int day = 0; day < 6; day++)
        {
            var lines = new Lines();
            for (int i = 0; i < 200; i++) lines.Decision($"gw-1/{day + 1}/{i + 1}", Lines.Flow(Lines.Start), Lines.Start.AddDays(-day), "deny", ("names", Lines.Names($"{Guid.NewGuid():N}.example.org")));
            kept.Append(lines);
            kept.Store.Convert();
        }
        long before = kept.Store.Status.Bytes;
        Assert.True(before > 60_000, $"{before} bytes: nothing is too much");
        Assert.True(kept.Store.Retire() > 0);
        Assert.InRange(kept.Store.Status.Bytes, 1, 60_000);
        Assert.Equal(DateOnly.FromDateTime(Lines.Start.UtcDateTime), kept.Store.Status.Newest);
    }

    [Fact]
    public async Task A_flow_that_outlives_its_day_is_summed_whole_when_it_goes_on()
    {
        await using var kept = new TemporaryStore(options => options with { MaxBytes = 1 });
        string flow = Lines.Flow(Lines.Start);
        kept.Append(new Lines().Decision("gw-1/1/1", flow, Lines.Start, "permit"));
        kept.Store.Convert();
        kept.Append(new Lines().Add("gw-1/1/2", flow, "update", Lines.Start.AddMinutes(1), ("bytesOut", 100), ("bytesIn", 90)));
        kept.Store.Convert();
        Assert.Equal(2, kept.Store.Retire());
        // The replaced row of the first file too.
        Assert.Equal((0L, 0L), (kept.Store.Status.Events, kept.Store.Status.Flows));
        kept.Append(new Lines().Add("gw-1/1/3", flow, "update", Lines.Start.AddMinutes(2), ("bytesOut", 150), ("bytesIn", 95)));
        kept.Store.Show();
        for (int round = 0; round < 3; round++)
        {
            GroupResult sums = await kept.GroupAsync(FlowDimension.Agent), flows = await kept.GroupAsync(FlowDimension.Destination);
            Assert.Equal((true, false), (sums.FromRollUps, flows.FromRollUps));
            Assert.Equal((1L, 150L, 95L), (sums.Total.Attempts, sums.Total.BytesOut, sums.Total.BytesIn));
            Assert.Equal((1L, 150L, 95L), (flows.Total.Attempts, flows.Total.BytesOut, flows.Total.BytesIn));
            Assert.Equal((1L, 1L), (kept.Store.Status.Events, kept.Store.Status.Flows));
            if (round == 0) Assert.True(kept.Store.Convert());
            else await kept.ReopenAsync();
        }
    }

    [Fact]
    public async Task A_store_drives_itself_and_shows_records_within_two_seconds()
    {
        string dir = Directory.CreateTempSubdirectory("exeat-store").FullName;
        await using (FlowStore store = FlowStore.Open(new StoreOptions { Dir = dir, MinFreeBytes = 0, ConvertEvents = 10 }, TimeProvider.System))
        {
            store.Append("gw-1", CrashChild.Batch(1).Bytes, TimeProvider.System.GetUtcNow());
            for (int i = 0; i < 100 && store.Status.Waiting > 0; i++) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            Assert.Equal((0L, null), (store.Status.Waiting, store.Status.LastError));
            Assert.True((await store.ListAsync(new FlowFilter(), null, 10, default)).Flows.Count > 0);
        }
        Directory.Delete(dir, recursive: true);
    }

    [Fact]
    public async Task A_second_process_is_refused_and_told_what_to_do()
    {
        await using var kept = new TemporaryStore();
        Assert.Contains("another process has it open", Assert.Throws<StoreException>(() => FlowStore.Open(kept.Options, kept.Time)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_of_a_newer_release_or_none_at_all_is_refused()
    {
        await using var kept = new TemporaryStore();
        kept.Append(CrashChild.Batch(1));
        kept.Store.Convert();
        await kept.Store.DisposeAsync();
        string path = Path.Combine(kept.Dir, "manifest.json"), sound = File.ReadAllText(path);
        foreach ((string text, string told) in new[] { ("{\"version\":9}", "newer release"), ("{", "cannot be read"), ("{\"files\":[{\"kind\":\"flows\",\"day\":1,\"path\":\"../x\",\"rows\":1,\"bytes\":1}]}", "cannot be read"), (sound.Replace(".parquet", ".parque", StringComparison.Ordinal), "not there") })
        {
            File.WriteAllText(path, text);
            Assert.Contains(told, Assert.Throws<StoreException>(() => FlowStore.Open(kept.Options, kept.Time)).Message, StringComparison.Ordinal);
        }
    }
}
