namespace Exeat.Store.Tests.Ingest;

public sealed class GroupTests
{
    [Fact]
    public async Task A_flow_that_leaves_memory_while_its_next_event_waits_stays_one()
    {
        await using var kept = new TemporaryStore();
        // Numbers that are forgotten: one of them is looked up, and all that waits is shown for it.
        var odd = new Lines();
        for (int i = 1; i < 2 * (SeenRuns.MostRuns + 50); i += 2) odd.Decision($"gw-2/1/{i}", Lines.Flow(Lines.Start), Lines.Start, "deny");
        kept.Append(odd, "gw-2");
        kept.Store.Show();
        string flow = Lines.Flow(Lines.Start);
        kept.Append(new Lines().Decision("gw-1/1/1", flow, Lines.Start, "permit").Add("gw-1/1/2", flow, "end", Lines.Start.AddSeconds(1), ("bytesOut", 5), ("end", "closed")));
        // Two batches of one group: both wait while another one is written.
        using ManualResetEventSlim isWritten = new(), goOn = new();
        Thread first = Appending("gw-3", new Lines().Decision("gw-3/1/1", Lines.Flow(Lines.Start), Lines.Start, "deny"));
        CrashPoint.OnReached = place =>
        {
            if (place != "wal-written" || Thread.CurrentThread != first) return;
            isWritten.Set();
            goOn.Wait(TimeSpan.FromMinutes(1));
        };
        try
        {
            first.Start();
            Assert.True(isWritten.Wait(TimeSpan.FromMinutes(1)), "it was not written");
            Thread second = Appending("gw-1", new Lines().Add("gw-1/1/3", flow, "end", Lines.Start.AddSeconds(2), ("bytesOut", 50), ("end", "closed"))), third = Appending("gw-2", new Lines().Decision("gw-2/1/1", Lines.Flow(Lines.Start), Lines.Start, "deny"));
            foreach (Thread thread in new[] { second, third })
            {
                thread.Start();
                Assert.True(SpinWait.SpinUntil(() => thread.ThreadState == ThreadState.WaitSleepJoin, TimeSpan.FromMinutes(1)), "it does not wait");
            }
            goOn.Set();
            foreach (Thread thread in new[] { first, second, third }) Assert.True(thread.Join(TimeSpan.FromMinutes(1)), "it does not end");
        }
        finally
        {
            CrashPoint.OnReached = null;
            goOn.Set();
        }
        kept.Store.Show();
        Assert.Equal(50, Assert.Single(await kept.ListAsync(new FlowFilter { Gateways = ["gw-1"] })).Summary.Counts!.BytesOut);

        Thread Appending(string gateway, Lines lines) => new(() => kept.Append(lines, gateway));
    }
}
