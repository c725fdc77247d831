using Exeat.Flows;
using Exeat.Lab.Tests.Chaos.Load;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>The journal has no room, or is damaged (I5; K10, K11).</summary>
public sealed class RecordFaultTests(SmallDiskLab lab) : IClassFixture<SmallDiskLab>
{
    [Fact]
    public async Task K10_disk_full()
    {
        double full = 0, free = 0;
        long connections = 0;
        string ballast = Path.Combine(lab.State.Journal, "ballast");
        List<TrafficAttempt> attempts = [];
        ChaosReport report = await lab.BreakAsync("journal disk full", async traffic =>
        {
            await FillAsync(ballast);
            await Faults.PauseAsync(0.7);
            // Whoever may still have had room in the last block has used it by now.
            await FillAsync(ballast);
            full = Supervisor.Now;
            connections = await ConnectionsAsync();
            await Faults.PauseAsync(2.5);
            Assert.Equal(connections, await ConnectionsAsync());
            free = Supervisor.Now;
            File.Delete(ballast);
            attempts = [.. traffic.Attempts()];
        });
        List<TrafficAttempt> within = [.. attempts.Where(a => a.Began > full && a.Ended < free)];
        Assert.Contains(within, a => !a.IsPermitted);
        Assert.DoesNotContain(within, a => a.IsPermitted && !a.IsQuestion && a.Succeeded);
        // Nobody was dead: every denial of that time is on record, most of them as counts.
        Assert.Equal(0, report.Unjudged);
        Assert.True(report.Counted >= within.Count(a => !a.IsPermitted) / 2, report.ToString());
    }

    [Fact]
    public async Task K11_journal_torn_and_damaged()
    {
        ChaosReport report = await lab.BreakAsync("corrupt journal", async _ =>
        {
            int before = lab.Supervisor.Restarts;
            lab.Supervisor.Hold();
            lab.Supervisor.BeginOutage();
            await lab.Gateway.Process.SignalAsync("KILL");
            await lab.UntilAsync(() => lab.Gateway.Process.HasEnded, "it lives");
            string last = Directory.GetFiles(lab.State.Journal, "*json*").Order(StringComparer.Ordinal).Last();
            string line = File.ReadLines(last).Last(l => l.EndsWith('}'));
            byte[] noise = new byte[700];
            new Random(1).NextBytes(noise);
            await using (FileStream file = new(last, FileMode.Append))
            {
                await file.WriteAsync(noise);
                await file.WriteAsync("\n{\"v\":1,\"id\":\"\u0000\"}\n{\"v\":\n"u8.ToArray());
                await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line[..(line.Length / 2)]));
            }
            lab.Supervisor.Release();
            await lab.Supervisor.RestartedAsync(before, ChaosLab.Recovery);
        });
        Assert.Equal(1, report.Restarts);
        // Control: a reader sees the damage.
        var reader = new JournalReader(lab.State.Journal);
        _ = reader.Read().Count();
        Assert.InRange(reader.Corrupt, 1, 20);
    }

    private async Task<long> ConnectionsAsync()
    {
        WorldSnapshot world = await lab.World.ReadAsync();
        return ((string[])["coding-1", "research-1"]).SelectMany(id => (int[])[4, 6], (id, family) => world.From(Topology.LabPlan.Find(id)!.Address(family), Running.RunningLab.DatabaseAt(family), 6, 5432).Connections).Sum();
    }

    private static async Task FillAsync(string ballast)
    {
        await using FileStream file = new(ballast, FileMode.Append, FileAccess.Write, FileShare.None, 1);
        try
        {
            while (true) await file.WriteAsync(new byte[4096]);
        }
        catch (IOException)
        {
            // That was the aim.
        }
    }
}
