using System.Collections.Concurrent;
using System.Text;
using CsCheck;

namespace Exeat.Store.Tests;

public sealed class IngestTests
{
    [Fact]
    public void Runs_know_exactly_what_was_taken_or_say_that_they_do_not()
    {
        int uncertain = 0;
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 6000]).Sample((seed, count) =>
        {
            var random = new Random(seed);
            var runs = new SeenRuns();
            HashSet<long> taken = [];
            for (int i = 0; i < count; i++)
            {
                long number = random.Next(3) == 0 ? random.Next(20_000) : (2L * i) + random.Next(3);
                Seen seen = runs.Look(number);
                if (seen == Seen.Uncertain) Interlocked.Increment(ref uncertain);
                else Assert.Equal(taken.Contains(number), seen == Seen.Before);
                runs.Add(number);
                taken.Add(number);
                Assert.Equal(Seen.Before, runs.Look(number) == Seen.Uncertain ? Seen.Before : runs.Look(number));
                Assert.True(runs.Count <= SeenRuns.MostRuns);
            }
            var loaded = new SeenRuns(runs.UncertainThrough, runs.Bounds);
            for (int number = 0; number < 12_000; number += 7) Assert.Equal(runs.Look(number), loaded.Look(number));
        }, iter: 60);
        Assert.True(uncertain > 0, "nothing was ever forgotten");
    }

    [Fact]
    public void Lists_are_kept_for_the_next_batches_and_not_for_more()
    {
        ConcurrentBag<List<ReadEvent>> lists = [];
        IncomingBatch[] batches = [.. Enumerable.Range(0, 5 * IncomingBatch.MostLists).Select(_ => new IncomingBatch("gw-1", Lines.Start, lists))];
        foreach (IncomingBatch batch in batches) batch.Release();
        Assert.Equal(IncomingBatch.MostLists, lists.Count);
        var next = new IncomingBatch("gw-1", Lines.Start, lists);
        Assert.Equal(IncomingBatch.MostLists - 2, lists.Count);
        next.Release();
        Assert.Equal(IncomingBatch.MostLists, lists.Count);
    }

    [Fact]
    public async Task What_is_forgotten_is_looked_up_in_the_store()
    {
        await using var kept = new TemporaryStore();
        // Every second number: each is a run of its own, so that half of them are forgotten.
        var odd = new Lines();
        for (int i = 1; i < 2 * (SeenRuns.MostRuns + 50); i += 2) odd.Decision($"gw-1/1/{i}", Lines.Flow(Lines.Start), Lines.Start, "deny");
        Assert.Equal(SeenRuns.MostRuns + 50, kept.Append(odd).Accepted);
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(new IngestResult(0, SeenRuns.MostRuns + 50, 0, false), kept.Append(odd));
            Assert.Equal(new IngestResult(1, 0, 0, false), kept.Append(new Lines().Decision($"gw-1/1/{2 * (round + 1)}", Lines.Flow(Lines.Start), Lines.Start, "deny")));
            if (round == 0) kept.Store.Convert();
            if (round == 1) await kept.ReopenAsync();
        }
        // Many epochs: old ones are forgotten whole.
        for (int epoch = 2; epoch < SeenEventKeys.MostStreams + 40; epoch++) Assert.Equal(1, kept.Append(new Lines().Decision($"gw-1/{epoch}/1", Lines.Flow(Lines.Start), Lines.Start, "deny")).Accepted);
        Assert.Equal(new IngestResult(0, SeenRuns.MostRuns + 50, 0, false), kept.Append(odd));
        Assert.Equal(new IngestResult(1, 1, 0, false), kept.Append(new Lines().Decision("gw-1/3/1", Lines.Flow(Lines.Start), Lines.Start, "deny").Decision("gw-1/3/2", Lines.Flow(Lines.Start), Lines.Start, "deny")));
    }

    [Fact]
    public async Task One_gateway_cannot_write_another_ones_records()
    {
        await using var kept = new TemporaryStore();
        string flow = Lines.Flow(Lines.Start);
        Assert.Equal(1, kept.Append(new Lines().Decision("gw-1/1/1", flow, Lines.Start, "deny"), "gw-1").Accepted);
        // The same id and flow, delivered by another: a record of its own.
        Assert.Equal(1, kept.Append(new Lines().Decision("gw-1/1/1", flow, Lines.Start, "permit"), "gw-2").Accepted);
        kept.Store.Show();
        Assert.Equal(["gw-1 deny", "gw-2 permit"], (await kept.ListAsync()).Select(f => $"{f.Gateway} {f.Summary.Decision.Verdict}").Order());
    }

    [Fact]
    public async Task A_time_that_cannot_be_is_kept_under_the_day_it_was_received()
    {
        await using var kept = new TemporaryStore();
        kept.Append(new Lines().Decision("gw-1/1/1", Lines.Flow(Lines.Start), new DateTimeOffset(1971, 1, 1, 0, 0, 0, TimeSpan.Zero), "deny")
            .Decision("gw-1/1/2", Lines.Flow(Lines.Start), Lines.Start.AddYears(70), "deny").Decision("gw-1/1/3", Lines.Flow(Lines.Start), Lines.Start.AddHours(20), "deny").Decision("gw-1/1/4", Lines.Flow(Lines.Start), Lines.Start.AddDays(-400), "deny"));
        kept.Store.Convert();
        Assert.Equal(2, kept.Store.Status.AbsurdTimes);
        Assert.Equal((DateOnly.FromDateTime(Lines.Start.AddDays(-400).UtcDateTime), DateOnly.FromDateTime(Lines.Start.AddHours(20).UtcDateTime)), (kept.Store.Status.Oldest, kept.Store.Status.Newest));
        Assert.Equal(2, (await kept.ListAsync(new FlowFilter { Since = Lines.Start, Until = Lines.Start.AddSeconds(1) })).Count);
        // The line itself says what it said.
        Assert.Contains((await kept.Store.FindAsync("gw-1/1/2", default))!.Summary.Events, read => read.Time == Lines.Start.AddYears(70));
    }

    [Fact]
    public void A_write_ahead_batch_is_read_whole_or_not_at_all()
    {
        byte[] lines = [.. "{\"v\":1}\n{\"v\":2}\n"u8], bytes = [.. WriteAheadBatch.Head("gw-ü/1", Lines.Start, lines), .. lines];
        Assert.True(WriteAheadBatch.TryRead(bytes, out WriteAheadBatch batch, out int used));
        Assert.Equal(("gw-ü/1", Lines.Start, bytes.Length, "{\"v\":1}\n{\"v\":2}\n"), (batch.Gateway, batch.Received, used, Encoding.UTF8.GetString(batch.Lines)));
        for (int length = 0; length < bytes.Length; length++) Assert.False(WriteAheadBatch.TryRead(bytes.AsSpan(0, length), out _, out _));
        int firstLine = Array.IndexOf(bytes, (byte)'\n');
        for (int at = firstLine + 1; at < bytes.Length; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 1;
            Assert.False(WriteAheadBatch.TryRead(changed, out _, out _));
        }
        Gen.Byte.Array[0, 200].Sample(any => { WriteAheadBatch.TryRead(any, out _, out _); }, iter: 20_000);
    }

    [Fact]
    public async Task Callers_at_the_same_time_each_get_their_own_answer()
    {
        await using var kept = new TemporaryStore();
        IngestResult[] results = await Task.WhenAll(Enumerable.Range(0, 8).Select(g => Task.Run(() =>
        {
            IngestResult sum = default;
            for (int i = 0; i < 20; i++)
            {
                var lines = new Lines();
                for (int k = 0; k <= g; k++) lines.Decision($"gw/1/{(i * 10) + k}", Lines.Flow(Lines.Start), Lines.Start, "deny");
                sum = sum with { Accepted = sum.Accepted + kept.Append(lines, $"gw-{g}").Accepted };
            }
            return sum;
        })));
        Assert.Equal(Enumerable.Range(1, 8).Select(n => 20 * n), results.Select(result => result.Accepted));
    }
}
