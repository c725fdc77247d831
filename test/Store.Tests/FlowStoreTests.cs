using System.Text;

namespace Exeat.Store.Tests;

public sealed class FlowStoreTests
{
    [Fact]
    public async Task What_was_appended_is_found_before_and_after_it_is_Parquet_and_after_a_restart()
    {
        await using var kept = new TemporaryStore();
        string flow = Lines.Flow(Lines.Start);
        IngestResult taken = kept.Append(new Lines()
            .Decision("gw-1/1/1", flow, Lines.Start, "pending", ("stage", "first-packet"), ("names", Lines.Names()))
            .Decision("gw-1/1/2", flow, Lines.Start.AddMilliseconds(5), "permit", ("names", Lines.Names("www.example.org")), ("labels", new { team = "red" }))
            .Add("gw-1/1/3", flow, "end", Lines.Start.AddSeconds(2), ("bytesOut", 100), ("bytesIn", 2000), ("packetsOut", 3), ("packetsIn", 4), ("durationMs", 1995), ("end", "closed")));
        Assert.Equal(new IngestResult(3, 0, 0, false), taken);
        for (int round = 0; round < 3; round++)
        {
            if (round == 1) Assert.True(kept.Store.Convert());
            if (round == 2) await kept.ReopenAsync();
            if (round == 0) kept.Store.Show();
            StoredFlow found = Assert.Single(await kept.ListAsync());
            Assert.Equal((flow, "permit", "www.example.org", 1L), (found.Summary.Flow, found.Summary.Decision.Verdict, found.Summary.Name, found.Summary.Attempts));
            Assert.Equal((Lines.Start, Lines.Start.AddSeconds(2)), (found.Summary.First, found.Last));
            Assert.Equal((100L, 2000L, "closed"), (found.Summary.Counts!.BytesOut, found.Summary.Counts.BytesIn, found.Summary.Counts.End));
            Assert.Equal(("192.0.2.2", "203.0.113.5", "team"), (found.Summary.Decision.Source, found.Summary.Decision.Destination, Assert.Single(found.Summary.Decision.Labels).Key));
            GroupResult groups = await kept.GroupAsync(FlowDimension.Verdict, FlowDimension.Name);
            Assert.True(groups.FromRollUps);
            GroupRow row = Assert.Single(groups.Rows);
            Assert.Equal((1L, 100L, 2000L), (row.Attempts, row.BytesOut, row.BytesIn));
            Assert.Equal(["permit", "www.example.org"], row.Keys);
            Assert.Equal(["gw-1/1/1", "gw-1/1/2", "gw-1/1/3"], await kept.EventIdsAsync());
            Assert.Equal(3, (await kept.Store.FindAsync(flow, default))!.Summary.Events.Count);
            Assert.Equal(flow, (await kept.Store.FindAsync("gw-1/1/3", default))!.Summary.Flow);
            Assert.Equal((3L, 1L), (kept.Store.Status.Events, kept.Store.Status.Flows));
        }
        Assert.Equal(new IngestResult(0, 1, 0, false), kept.Append(new Lines().Decision("gw-1/1/2", flow, Lines.Start, "permit")));
    }

    [Fact]
    public async Task A_flow_that_goes_on_after_it_is_Parquet_stays_one_flow()
    {
        await using var kept = new TemporaryStore();
        string flow = Lines.Flow(Lines.Start);
        kept.Append(new Lines().Decision("gw-1/1/1", flow, Lines.Start, "permit", ("names", Lines.Names("a.example"))));
        kept.Store.Convert();
        for (int i = 2; i < 6; i++)
        {
            if (i == 4) await kept.ReopenAsync();
            kept.Append(new Lines().Add($"gw-1/1/{i}", flow, "update", Lines.Start.AddMinutes(i), ("bytesOut", i * 10), ("bytesIn", i * 100)));
            if (i % 2 == 0) kept.Store.Convert();
            else kept.Store.Show();
            StoredFlow found = Assert.Single(await kept.ListAsync());
            Assert.Equal((i * 10L, "a.example", Lines.Start), (found.Summary.Counts!.BytesOut, found.Summary.Name, found.Summary.First));
            GroupRow row = Assert.Single((await kept.GroupAsync(FlowDimension.Agent)).Rows);
            Assert.Equal((1L, i * 10L, i * 100L, Lines.Start), (row.Attempts, row.BytesOut, row.BytesIn, row.First));
            Assert.Equal(1, (await kept.Store.GroupAsync(new GroupQuery { By = [FlowDimension.Destination] }, null, default)).Total.Attempts);
        }
    }

    [Fact]
    public async Task A_line_that_is_no_event_or_newer_is_counted_and_hurts_no_other()
    {
        await using var kept = new TemporaryStore();
        IngestResult taken = kept.Append(new Lines().Raw("{").Raw("").Raw("""{"v":2,"id":"gw-1/1/9","event":"decision","time":"2026-03-01T12:00:00Z"}""").Raw("""{"v":1,"id":"nonsense","event":"end","time":"2026-03-01T12:00:00Z"}""")
            .Decision("gw-1/1/1", Lines.Flow(Lines.Start), Lines.Start, "deny").Raw("\0\u00ff"));
        Assert.Equal(new IngestResult(1, 0, 4, false), taken);
        kept.Store.Show();
        Assert.Single(await kept.ListAsync());
    }
}
