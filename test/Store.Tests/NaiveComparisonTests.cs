using CsCheck;
using Exeat.Flows;

namespace Exeat.Store.Tests;

/// <summary>Whatever comes in whatever order, whenever it becomes Parquet, is merged, or the store is opened again: it answers as the naive one.</summary>
public sealed class NaiveComparisonTests
{
    private static readonly FlowDimension[] All = Enum.GetValues<FlowDimension>();
    private long _filtered, _duplicates;

    [Fact]
    public void The_store_answers_as_a_list_of_all_events_would()
    {
        Gen.Int[0, 1_000_000].Sample(seed => RunAsync(seed).GetAwaiter().GetResult(), iter: 3, threads: 1);
        Assert.True(_filtered > 20 && _duplicates > 20, $"{_filtered} flows by filters, {_duplicates} duplicates: the property says little");
    }

    private async Task RunAsync(int seed)
    {
        var records = new RandomRecords(seed);
        var naive = new NaiveStore();
        await using var kept = new TemporaryStore(options => options with { MaxFilesPerDay = 2 });
        kept.Time.Advance(TimeSpan.FromDays(3));
        List<(string Gateway, byte[] Line)> sent = [];
        int batches = 3 + records.Below(8);
        for (int i = 0; i < batches; i++)
        {
            List<(string Gateway, byte[] Line)> fresh = [.. Enumerable.Range(0, records.Below(60)).Select(_ => records.Next())];
            sent.AddRange(fresh);
            // Sent again, and in any order: as after a lost acknowledgement.
            (string Gateway, byte[] Line)[] batch = [.. fresh, .. Enumerable.Range(0, sent.Count == 0 ? 0 : records.Below(10)).Select(_ => sent[records.Below(sent.Count)])];
            records.Shuffle(batch);
            foreach (IGrouping<string, (string Gateway, byte[] Line)> gateway in batch.GroupBy(line => line.Gateway))
            {
                var lines = new Lines();
                int before = naive.Count;
                foreach ((string _, byte[] line) in gateway)
                {
                    lines.Raw(System.Text.Encoding.UTF8.GetString(line));
                    naive.Add(gateway.Key, line);
                }
                IngestResult taken = kept.Append(lines, gateway.Key);
                Assert.Equal((naive.Count - before, gateway.Count(), 0), (taken.Accepted, taken.Accepted + taken.Duplicates, taken.Refused));
                _duplicates += taken.Duplicates;
            }
            switch (records.Below(5))
            {
                case 0: kept.Store.Show(); break;
                case 1: kept.Store.Convert(); break;
                case 2:
                    kept.Store.Convert();
                    kept.Store.Compact();
                    break;
                case 3: await kept.ReopenAsync(); break;
            }
        }
        kept.Store.Show();
        await CompareAsync(kept, naive, records);
        kept.Store.Convert();
        while (kept.Store.Compact())
        {
        }
        await kept.ReopenAsync();
        await CompareAsync(kept, naive, records);
    }

    private async Task CompareAsync(TemporaryStore kept, NaiveStore naive, RandomRecords records)
    {
        List<(string Gateway, FlowSummary Summary)> units = naive.Units();
        Assert.Equal(naive.Ids.Order(), (await kept.EventIdsAsync()).Order());
        Assert.Equal(units.Select(unit => Told(unit.Gateway, unit.Summary)).Order(), (await kept.ListAsync()).Select(flow => Told(flow.Gateway, flow.Summary)).Order());
        Assert.Equal((naive.Count, units.Count), (kept.Store.Status.Events, kept.Store.Status.Flows));
        for (int i = 0; i < 6; i++)
        {
            FlowFilter filter = records.Filter();
            List<(string Gateway, FlowSummary Summary)> chosen = [.. units.Where(unit => NaiveStore.Chooses(filter, unit.Gateway, unit.Summary))];
            List<StoredFlow> listed = await kept.ListAsync(filter);
            Assert.Equal(chosen.Select(unit => Told(unit.Gateway, unit.Summary)).Order(), listed.Select(flow => Told(flow.Gateway, flow.Summary)).Order());
            Assert.Equal(listed.Select(flow => flow.Summary.First).OrderDescending(), listed.Select(flow => flow.Summary.First));
            _filtered += chosen.Count;
            FlowDimension[] by = [.. Enumerable.Range(0, records.Below(3)).Select(_ => records.Pick(All)).Where(dimension => dimension != FlowDimension.Name || chosen.All(unit => unit.Summary.Names.Count < 2)).Distinct()];
            await CompareGroupsAsync(kept, new GroupQuery { Filter = filter, By = by, Top = 10_000 }, chosen);
            await CompareGroupsAsync(kept, new GroupQuery { Filter = filter, By = by, Top = 10_000, Bucket = TimeSpan.FromMinutes(records.Pick(1, 7, 60, 1440)) }, chosen);
        }
        foreach (FlowDimension[] by in new FlowDimension[][] { [FlowDimension.Agent, FlowDimension.Verdict], [FlowDimension.Rule, FlowDimension.WouldRule], [FlowDimension.Port, FlowDimension.Protocol, FlowDimension.Reason], [] })
            await CompareGroupsAsync(kept, new GroupQuery { By = by, Top = 10_000, Bucket = TimeSpan.FromHours(1) }, units, fromRollUps: true);
    }

    private static async Task CompareGroupsAsync(TemporaryStore kept, GroupQuery query, List<(string Gateway, FlowSummary Summary)> chosen, bool fromRollUps = false)
    {
        GroupResult result = await kept.Store.GroupAsync(query, null, default);
        Assert.True(result.FromRollUps || !fromRollUps);
        string Row(IEnumerable<string?> keys, DateTimeOffset? bucket, long attempts, long bytesOut, long bytesIn, DateTimeOffset first, DateTimeOffset last) =>
            $"{string.Join('|', keys.Select(key => key ?? "-"))} {bucket:o} {attempts} {bytesOut} {bytesIn} {(result.FromRollUps ? "" : $"{first:o} {last:o}")}";
        IEnumerable<string> expected = chosen.GroupBy(unit => string.Join('\u0001', [.. query.By.Select(by => Key(by, unit.Gateway, unit.Summary) ?? "\u0002"), Bucket(query, unit.Summary)?.ToString("o") ?? ""])).Select(group =>
        {
            (string gateway, FlowSummary one) = group.First();
            return Row(query.By.Select(by => Key(by, gateway, one)), Bucket(query, one), group.Sum(unit => unit.Summary.Attempts), group.Sum(unit => (unit.Summary.Counts ?? unit.Summary.Decision).BytesOut),
                group.Sum(unit => (unit.Summary.Counts ?? unit.Summary.Decision).BytesIn), group.Min(unit => unit.Summary.First), group.Max(unit => unit.Summary.First));
        });
        Assert.Equal(expected.Order(), result.Rows.Select(row => Row(row.Keys, row.Bucket, row.Attempts, row.BytesOut, row.BytesIn, row.First, row.Last)).Order());
        Assert.Equal(chosen.Sum(unit => unit.Summary.Attempts), result.Total.Attempts);
    }

    private static DateTimeOffset? Bucket(GroupQuery query, FlowSummary flow) =>
        query.Bucket is { } bucket ? new DateTimeOffset(DateTime.UnixEpoch.Ticks + ((flow.First.UtcTicks - DateTime.UnixEpoch.Ticks) / bucket.Ticks * bucket.Ticks), TimeSpan.Zero) : null;

    private static string? Key(FlowDimension by, string gateway, FlowSummary flow) => by switch
    {
        FlowDimension.Gateway => gateway,
        FlowDimension.Agent => flow.Decision.Agent,
        FlowDimension.Class => flow.Decision.Class,
        FlowDimension.Name => flow.Name,
        FlowDimension.Destination => flow.Decision.Destination,
        FlowDimension.Port => flow.Decision.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        FlowDimension.Protocol => flow.Decision.Protocol,
        FlowDimension.Rule => flow.Decision.Rule,
        FlowDimension.Verdict => flow.Outcome.Replace(' ', '-'),
        FlowDimension.Would => flow.Decision.Would?.Verdict,
        FlowDimension.WouldRule => flow.Decision.Would?.Rule,
        FlowDimension.Reason => flow.Decision.Reason,
        FlowDimension.Mode => flow.Decision.Mode,
        FlowDimension.Proof => flow.Decision.Proof,
        FlowDimension.Stage => flow.Decision.Stage,
        FlowDimension.PolicyVersion => flow.Decision.Policy,
        FlowDimension.Source => flow.Decision.Source,
        FlowDimension.End => (flow.Counts ?? flow.Decision).End,
        _ => flow.Decision.Labels.Count == 0 ? null : string.Join('\n', flow.Decision.Labels.Select(label => $"{label.Key}={label.Value}")),
    };

    // Everything that a reader of a list sees; names as a set, since their order is that of arrival.
    private static string Told(string gateway, FlowSummary flow)
    {
        FlowEvent d = flow.Decision, counts = flow.Counts ?? flow.Decision;
        return $"{gateway} {flow.Flow} {d.Id} {d.Event} {d.Time:o} {flow.First:o} {d.Agent} {d.Class} {string.Join(',', d.Labels)} {d.Source} {d.Destination} {d.Port} {d.Protocol} {d.Rule} {d.Reason} {d.Verdict} {d.Proof} {d.Stage} "
            + $"{d.Mode} {d.Enforced} {d.Would} {d.Monitored} {d.Policy} {counts.BytesOut} {counts.BytesIn} {counts.End} {flow.Attempts} {flow.Outcome} {string.Join(',', flow.Names.Select(name => $"{name.Source}:{name.Name}").Order())}";
    }
}
