using System.Globalization;
using System.Security.Cryptography;
using Exeat.Flows;

namespace Exeat.Store.Tests;

/// <summary>Lines as long as they may be, which only a gateway that was taken over writes: they are bounded, and what cannot be done with them holds nothing else up.</summary>
public sealed class LongLineTests
{
    private static readonly DateTimeOffset Before = Lines.Start.AddDays(-1);

    [Fact]
    public async Task A_line_that_no_gateway_writes_is_refused_and_counted_and_the_rest_of_its_batch_goes_on()
    {
        await using var kept = new TemporaryStore();
        var lines = new Lines();
        Add(lines, 1, FlowEvent.MaxLineBytes);
        Add(lines, 2, FlowEvent.MaxLineBytes + 1);
        Add(lines, 3, 500);
        Assert.Equal(new IngestResult(2, 0, 1, false), kept.Append(lines));
        // For good: the same again is the same.
        Assert.Equal(new IngestResult(0, 2, 1, false), kept.Append(lines));
        kept.Store.Show();
        Assert.Equal(["gw-1/1/1", "gw-1/1/3"], (await kept.EventIdsAsync()).Order());
    }

    [Fact]
    public async Task A_follower_who_is_slow_keeps_so_many_bytes_and_is_told_how_many_lines_it_lost()
    {
        await using var kept = new TemporaryStore();
        await using IAsyncEnumerator<TailLine> slow = kept.Store.TailAsync(new FlowFilter(), default).GetAsyncEnumerator();
        Task<bool> first = slow.MoveNextAsync().AsTask();
        int fit = LiveSubscriber.MostBytes / FlowEvent.MaxLineBytes, number = 0;
        Append(kept, ref number, 1);
        Assert.True(await first);
        Append(kept, ref number, fit + 10);
        Assert.Equal(10, kept.Store.Status.TailLost);
        for (int i = 0; i < fit; i++) Assert.True(await slow.MoveNextAsync());
        // Room again, as much as before.
        Append(kept, ref number, fit + 1);
        Assert.Equal(11, kept.Store.Status.TailLost);
        Assert.True(await slow.MoveNextAsync());
        Assert.Equal(10, slow.Current.Lost);
    }

    [Fact]
    public async Task Long_lines_are_read_in_the_order_of_their_arrival_in_little_memory()
    {
        await using var kept = new TemporaryStore(options => options with { MemoryBytes = 256 << 20 });
        int number = 0;
        for (int file = 0; file < 3; file++)
        {
            for (int batch = 0; batch < 14; batch++) Append(kept, ref number, 50);
            kept.Store.Convert();
        }
        long after = 0;
        while (after < number)
        {
            IReadOnlyList<StoredLine> arrived = await kept.Store.ArrivalsAsync(after, 2000, default);
            // Not two thousand of them at once.
            Assert.InRange(arrived.Count, 1, (32 << 20) / FlowEvent.MaxLineBytes);
            Assert.Equal(after + arrived.Count, after = long.Parse(arrived[^1].Position, CultureInfo.InvariantCulture));
        }
        Assert.Empty(await kept.Store.ArrivalsAsync(after, 2000, default));
    }

    [Fact]
    public async Task Files_that_cannot_be_merged_are_passed_over_and_told_and_the_others_become_one()
    {
        List<string> told = [];
        await using var kept = new TemporaryStore(options => options with { MaxFilesPerDay = 3, Told = told.Add });
        for (int i = 1; i <= 5; i++)
        {
            // Of two days, so that one can fail.
            kept.Append(new Lines().Decision($"gw-1/1/{i}", Lines.Flow(Before), Before, "deny").Decision($"gw-1/2/{i}", Lines.Flow(Lines.Start), Lines.Start, "deny"));
            kept.Store.Convert();
        }
        string[] damaged = Directory.GetFiles(Path.Combine(kept.Dir, "events", "2026-02-28"));
        byte[] sound = File.ReadAllBytes(damaged[2]);
        File.WriteAllBytes(damaged[2], new byte[sound.Length]);
        int tries = 0;
        while (kept.Store.Compact()) Assert.True(++tries < 100);
        Assert.Equal(1, kept.Store.Status.FailedMerges);
        Assert.Contains("compaction of events of 2026-02-28", kept.Store.Status.LastError, StringComparison.Ordinal);
        Assert.Contains("compaction of events of 2026-02-28", Assert.Single(told), StringComparison.Ordinal);
        Assert.Equal(5, Directory.GetFiles(Path.Combine(kept.Dir, "events", "2026-02-28")).Length);
        foreach (string folder in (string[])["events/2026-03-01", "flows/2026-02-28", "flows/2026-03-01", "hours/2026-02-28", "names/2026-03-01"]) Assert.Single(Directory.GetFiles(Path.Combine(kept.Dir, folder)));
        // And again after a while.
        File.WriteAllBytes(damaged[2], sound);
        // The engine knows by the time what it has read already.
        File.SetLastWriteTimeUtc(damaged[2], File.GetLastWriteTimeUtc(damaged[2]).AddMinutes(1));
        Assert.False(kept.Store.Compact());
        kept.Time.Advance(TimeSpan.FromHours(1));
        while (kept.Store.Compact()) { }
        Assert.Single(Directory.GetFiles(Path.Combine(kept.Dir, "events", "2026-02-28")));
        Assert.Equal((10, 1L), ((await kept.EventIdsAsync()).Count, kept.Store.Status.FailedMerges));
    }

    [Fact]
    public async Task Long_lines_of_many_days_are_converted_in_little_memory()
    {
        await using var kept = new TemporaryStore(options => options with { MemoryBytes = 256 << 20 });
        // The engine sorts what is of more than a few days; well packed, so that much of it waits before there is much.
        string filler = new('a', FlowEvent.MaxLineBytes - 1000);
        int number = 0;
        for (int batch = 0; batch < 20; batch++)
        {
            var lines = new Lines();
            for (int i = 0; i < 100; i++, number++) lines.Decision($"gw-1/1/{number + 1}", Lines.Flow(Lines.Start), Lines.Start.AddDays(-Math.Min(number, 20)), "deny", ("filler", filler));
            Assert.Equal(100, kept.Append(lines).Accepted);
        }
        Assert.True(kept.Store.Convert());
        Assert.Equal((number, 0L), (kept.Store.Status.Events, kept.Store.Status.Waiting));
    }

    private static void Append(TemporaryStore kept, ref int number, int count)
    {
        var lines = new Lines();
        for (int i = 0; i < count; i++) Add(lines, ++number, FlowEvent.MaxLineBytes);
        Assert.Equal(count, kept.Append(lines).Accepted);
    }

    // Of so many bytes exactly, and not to be packed.
    private static void Add(Lines lines, int number, int bytes)
    {
        var line = new Lines();
        line.Decision($"gw-1/1/{number}", Lines.Flow(Lines.Start), Lines.Start.AddSeconds(-number), "deny", ("filler", ""));
        int room = bytes - (line.Bytes.Length - 1);
        string filler = Convert.ToHexString(RandomNumberGenerator.GetBytes((room / 2) + 1))[..room];
        lines.Raw(System.Text.Encoding.UTF8.GetString(line.Bytes).TrimEnd('\n').Replace("\"filler\":\"\"", $"\"filler\":\"{filler}\"", StringComparison.Ordinal));
    }
}
