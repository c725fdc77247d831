namespace Exeat.Store.Tests;

/// <summary>Which sums answer, and that they say what the flows say.</summary>
public sealed class SumTests
{
    private static readonly DateTimeOffset First = Lines.Start.AddDays(-4);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(13 * 60 + 7, -(5 * 60 + 3))]
    [InlineData(86400 + 3600, -3600)]
    [InlineData(5, 0)]
    public async Task Ragged_edges_are_answered_from_finer_sums_and_flows(int sinceSeconds, int untilSeconds)
    {
        await using var kept = new TemporaryStore();
        List<(DateTimeOffset Time, string Agent, string Name, string Verdict)> sent = Fill(kept);
        await CompareAsync(kept, sent, sinceSeconds == 0 ? null : First.AddSeconds(sinceSeconds), untilSeconds == 0 ? null : Lines.Start.AddSeconds(untilSeconds));
        await kept.ReopenAsync();
        await CompareAsync(kept, sent, sinceSeconds == 0 ? null : First.AddSeconds(sinceSeconds), untilSeconds == 0 ? null : Lines.Start.AddSeconds(untilSeconds));
    }

    [Fact]
    public async Task A_store_with_fewer_sums_gets_the_others_when_it_is_opened()
    {
        await using var kept = new TemporaryStore();
        List<(DateTimeOffset Time, string Agent, string Name, string Verdict)> sent = Fill(kept);
        await kept.Store.DisposeAsync();
        Manifest manifest = ManifestFile.Read(kept.Dir);
        static bool IsNew(StoredFile file) => file.Kind is FileKind.Totals or FileKind.Names;
        Assert.Contains(manifest.Files, IsNew);
        ManifestFile.Write(kept.Dir, manifest with { Version = 1, Files = [.. manifest.Files.Where(file => !IsNew(file))] });
        await kept.ReopenAsync();
        Assert.Equal(Manifest.CurrentVersion, ManifestFile.Read(kept.Dir).Version);
        await CompareAsync(kept, sent, null, null);
    }

    [Fact]
    public void A_question_takes_the_coarsest_sums_that_say_it()
    {
        static string Parts(params FlowDimension[] by) => Told(new GroupQuery { Filter = new FlowFilter { Since = First.AddMinutes(-30), Until = Lines.Start }, By = by });
        Assert.Equal("Minutes Totals", Parts(FlowDimension.Verdict));
        Assert.Equal("Flows Hours Names Hours", Parts(FlowDimension.Name, FlowDimension.Verdict));
        Assert.Equal("Flows Hours", Parts(FlowDimension.Name, FlowDimension.Agent));
        Assert.Equal("", Parts(FlowDimension.Proof));
        Assert.Equal("Minutes", Told(new GroupQuery { Order = GroupOrder.LastSeen }));
        Assert.Equal("Hours", Told(new GroupQuery { By = [FlowDimension.Name], Bucket = TimeSpan.FromHours(2) }));
        Assert.Equal("", Told(new GroupQuery { Bucket = TimeSpan.FromSeconds(30) }));

        static string Told(GroupQuery query) => string.Join(' ', (GroupSql.PartsOf(query) ?? []).Select(part => part.Kind?.ToString() ?? "Flows"));
    }

    [Fact]
    public async Task An_export_too_many_is_refused_and_told_what_to_do()
    {
        await using var kept = new TemporaryStore();
        Fill(kept);
        List<IAsyncEnumerator<StoredLine>> running = [];
        for (int i = 0; i < FlowStore.MostExports; i++)
        {
            running.Add(kept.Store.EventsAsync(new FlowFilter(), null, default).GetAsyncEnumerator());
            Assert.True(await running[i].MoveNextAsync());
        }
        StoreBusyException refused = await Assert.ThrowsAsync<StoreBusyException>(() => kept.Store.ExportParquetAsync(new FlowFilter(), Stream.Null, default));
        Assert.Contains("ask again", refused.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, (await kept.GroupAsync(FlowDimension.Verdict)).Total.Attempts);
        await running[0].DisposeAsync();
        await kept.Store.ExportParquetAsync(new FlowFilter(), Stream.Null, default);
        foreach (IAsyncEnumerator<StoredLine> one in running.Skip(1)) await one.DisposeAsync();
    }

    [Fact]
    public async Task Many_questions_wait_and_none_is_refused()
    {
        await using var kept = new TemporaryStore();
        Fill(kept);
        // Also those that control itself asks for alerts and forwarding.
        GroupResult[] answers = await Task.WhenAll(Enumerable.Range(0, 20 * FlowStore.MostQuestions).Select(_ => kept.GroupAsync(FlowDimension.Verdict)));
        Assert.NotEqual(0, Assert.Single(answers.Select(answer => answer.Total.Attempts).Distinct()));
        IReadOnlyList<StoredLine>[] arrived = await Task.WhenAll(Enumerable.Range(0, 20 * FlowStore.MostQuestions).Select(_ => kept.Store.ArrivalsAsync(0, 1, default)));
        Assert.All(arrived, lines => Assert.Single(lines));
    }

    // Parts of it as Parquet in one file a day, in several, and in memory.
    private static List<(DateTimeOffset Time, string Agent, string Name, string Verdict)> Fill(TemporaryStore kept)
    {
        var random = new Random(7);
        List<(DateTimeOffset Time, string Agent, string Name, string Verdict)> sent = [];
        for (int part = 0; part < 4; part++)
        {
            var lines = new Lines();
            for (int i = 0; i < 150; i++)
            {
                (DateTimeOffset time, string agent, string name, string verdict) = (First.AddSeconds(random.Next(part < 2 ? 2 * 86400 : 4 * 86400)), $"a{random.Next(3)}", $"w{random.Next(5)}.example.org", random.Next(2) == 0 ? "permit" : "deny");
                sent.Add((time, agent, name, verdict));
                lines.Decision($"gw-1/1/{sent.Count}", Lines.Flow(time), time, verdict, ("agent", agent), ("names", Lines.Names(name)), ("bytesOut", 1));
            }
            kept.Append(lines);
            if (part < 3) kept.Store.Convert();
            if (part == 1)
                while (kept.Store.Compact())
                {
                }
        }
        kept.Store.Show();
        return sent;
    }

    private static async Task CompareAsync(TemporaryStore kept, List<(DateTimeOffset Time, string Agent, string Name, string Verdict)> sent, DateTimeOffset? since, DateTimeOffset? until)
    {
        foreach (FlowDimension[] by in new FlowDimension[][] { [FlowDimension.Name], [FlowDimension.Verdict], [FlowDimension.Agent, FlowDimension.Name], [FlowDimension.Agent, FlowDimension.Verdict] })
        {
            GroupResult told = await kept.Store.GroupAsync(new GroupQuery { Filter = new FlowFilter { Since = since, Until = until }, By = by }, null, default);
            Assert.True(told.FromRollUps);
            IEnumerable<string> expected = sent.Where(flow => (since is null || flow.Time >= since) && (until is null || flow.Time < until))
                .GroupBy(flow => string.Join('|', by.Select(one => one switch { FlowDimension.Name => flow.Name, FlowDimension.Agent => flow.Agent, _ => flow.Verdict }))).Select(group => $"{group.Key} {group.Count()} {group.Count()}");
            Assert.Equal(expected.Order(), told.Rows.Select(row => $"{string.Join('|', row.Keys)} {row.Attempts} {row.BytesOut}").Order());
        }
    }
}
