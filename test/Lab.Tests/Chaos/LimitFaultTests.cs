using Exeat.Lab.Tests.Limits;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>One agent fills what all share, or its own part of it: the others go on (I10; K4, K5).</summary>
public sealed class LimitFaultTests(CrowdedLab lab) : IClassFixture<CrowdedLab>
{
    // Opens connections and keeps them; prints how many were answered, and how many refused.
    private const string Hoarder = """
        import socket, sys
        host, count, kept, refused = sys.argv[1], int(sys.argv[2]), [], 0
        for i in range(count):
            s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET); s.settimeout(2)
            try: s.connect((host, 5432)); s.sendall(b'x'); s.recv(1); kept.append(s)
            except OSError: refused += 1
        print(len(kept), refused)
        """;

    [Fact]
    public async Task K5_queue_full()
    {
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        await FillQueueAsync();
        // Control: it was full, and what was lost is told.
        Assert.NotEmpty(await lab.RecordedAsync(from, 1, e => e.End == "queue_full"));
    }

    private Task<ChaosReport> FillQueueAsync() => lab.BreakAsync("queue full", async _ =>
    {
        await Faults.HoldAsync(lab, 0.1, async () =>
        {
            foreach (string there in (string[])[WorldMap.Attacker.Address4, WorldMap.Attacker.Address6]) await lab.FloodAsync("support-1", "syn-flood", there, 443, 6000, 20_000);
        });
        WorldSnapshot world = await lab.World.ReadAsync();
        foreach (int family in (int[])[4, 6])
            Assert.Equal(0, world.From(LabPlan.Find("support-1")!.Address(family), family == 4 ? WorldMap.Attacker.Address4 : WorldMap.Attacker.Address6).Packets);
    }, mayGrow: true);

    [Fact]
    public Task K4_connection_table_full() => lab.BreakAsync("an agent's connections all used", async traffic =>
    {
        Finished hoard = await lab.RunAsync("support-1", "python3", "-c", Hoarder, WorldMap.Database.Address4, $"{CrowdedLab.MostConnections + 100}");
        int[] counts = [.. hoard.Output.Split(' ').Select(int.Parse)];
        Assert.InRange(counts[0], CrowdedLab.MostConnections / 2, CrowdedLab.MostConnections);
        Assert.Equal(CrowdedLab.MostConnections + 100, counts.Sum());
        Assert.Contains(new Flows.JournalReader(lab.State.Journal).Read(), e => e is { Agent: "support-1", Reason: "limit-reached" });
    }, mayGrow: true);
}
