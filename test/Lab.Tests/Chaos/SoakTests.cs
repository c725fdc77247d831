using System.Globalization;
using Exeat.Flows;
using Exeat.Lab.Tests.Chaos.Load;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Tests.Limits;
using Exeat.Lab.Tests.Running;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>All kinds of traffic, and one fault after another in an order that chance makes: two minutes here, an hour with <c>./dev soak</c>.</summary>
public sealed class SoakTests(ChaosLab lab, ITestOutputHelper output) : IClassFixture<ChaosLab>
{
    private const string Asked = "EXEAT_SOAK", SeedAsked = "EXEAT_SOAK_SEED", StopAsked = "EXEAT_SOAK_STOP";
    private const int TestSeconds = 120;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    private static readonly (string Name, Func<ChaosLab, Task> Break)[] All =
    [
        ("kill -9", lab => Faults.SignalAndRestartAsync(lab, "KILL")),
        ("restart", lab => Faults.SignalAndRestartAsync(lab, "TERM")),
        ("stop and continue", lab => Faults.HoldAsync(lab, 1.5)),
        ("hang until killed", Faults.HangAsync),
        ("nft flush ruleset", lab => Faults.FlushAsync(lab, 3)),
        ("queue rule removed", lab => Faults.UnqueueAsync(lab)),
        ("iptables-restore", Faults.RestoreIptablesAsync),
        ("foreign marks", lab => Faults.MarkAsync(lab, "forward", -150, "meta mark set 0xffffffff")),
        ("links flap", Faults.FlapAsync),
        ("upstream resolver dead", lab => Faults.LoseUpstreamAsync(lab)),
        ("20 policies in 2 s", lab => Faults.StormAsync(lab, 20, 2)),
        ("corrupt policy", CorruptAsync),
        ("flood", FloodAsync),
    ];

    [Fact]
    public async Task Nothing_leaves_and_nothing_is_lost_while_everything_breaks()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        int seconds = int.TryParse(Environment.GetEnvironmentVariable(Asked), CultureInfo.InvariantCulture, out int asked) ? asked : TestSeconds;
        int seed = int.TryParse(Environment.GetEnvironmentVariable(SeedAsked), CultureInfo.InvariantCulture, out int given) ? given : Environment.TickCount;
        var chance = new Random(seed);
        await lab.BeginTrafficAsync();
        Say($"{seconds} s, seed {seed} ({SeedAsked}={seed} breaks the same things in the same order)");
        var journal = new JournalReader(lab.State.Journal);
        _ = journal.Read().Count();
        var ledger = new Ledger();
        WorldSnapshot before = await lab.World.ReadAsync();
        await using var traffic = Traffic.Start(lab, TimeSpan.FromSeconds(seconds + 300), 1, "coding-1", "research-1");
        Assert.True(await traffic.FlowsAsync(0, ChaosLab.Recovery), traffic.Missing(0));
        GatewayUse used = GatewayUse.Of(lab.Gateway.Process.Id);
        long start = TimeProvider.System.GetTimestamp();
        int faults = 0;
        // Whoever stops it early hears of what there was so far.
        string? stop = Environment.GetEnvironmentVariable(StopAsked);
        while (TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds && !File.Exists(stop))
        {
            (string name, Func<ChaosLab, Task> fault) = All[chance.Next(All.Length)];
            await fault(lab);
            double mended = Supervisor.Now;
            Assert.True(await traffic.FlowsAsync(mended, ChaosLab.Recovery), $"after {name}: not back: {traffic.Missing(mended)}; it said:\n{lab.Gateway.Process.LastWords(30)}");
            await Faults.PauseAsync(1 + 2 * chance.NextDouble());
            ledger.Add(journal.Read());
            faults++;
            GatewayUse now = GatewayUse.Of(lab.Gateway.Process.Id);
            Say($"{TimeProvider.System.GetElapsedTime(start).TotalSeconds:0} s: {name}: back; {traffic.Attempts().Count} attempts, {ledger.Events} records, {now.Descriptors} descriptors, {now.RssKiB / 1024} MiB");
            Assert.Empty(traffic.Steady());
        }
        double lasted = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        await traffic.StopAsync();
        WorldSnapshot after = await lab.World.DrainAsync("", TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        ChaosReport report;
        start = TimeProvider.System.GetTimestamp();
        do
        {
            await Faults.PauseAsync(0.5);
            ledger.Add(journal.Read());
            report = ChaosReport.Of(string.Create(CultureInfo.InvariantCulture, $"{faults} faults in {lasted:0} s"), traffic.Attempts(), traffic.Steady(), before, after, ledger, lab.Supervisor.Outages) with
            {
                Before = used,
                After = GatewayUse.Of(lab.Gateway.Process.Id),
                Restarts = lab.Supervisor.Restarts,
            };
        }
        while ((report.Missing > 0 || !report.After.IsBackTo(used)) && TimeProvider.System.GetElapsedTime(start) < Settling);
        Say(report.ToString());
        if (Environment.GetEnvironmentVariable("EXEAT_CHAOS_LOG") is { Length: > 0 } log) await File.AppendAllTextAsync(log, report + "\n");
        foreach (string escape in report.Escapes.Take(20)) Say($"ESCAPED: {escape}");

        Assert.Empty(report.Escapes);
        Assert.Empty(report.Unrecorded);
        Assert.Equal(0, report.Missing);
        Assert.Empty(report.Ended);
        Assert.Equal(12, report.Steady);
        Assert.True(faults > 0 && report.Arrived > 0 && report.Denied > 0, "no fault or no traffic, so this shows nothing");
        Assert.True(report.After.IsBackTo(used), $"from {used} to {report.After}");
    }

    private static async Task CorruptAsync(ChaosLab lab)
    {
        lab.Write(RunningLab.PolicyFile, "kind: Policy\nrules: [{");
        await Faults.PauseAsync(1);
        lab.Write(RunningLab.PolicyFile, ChaosLab.TrafficPolicy());
        await Faults.PauseAsync(0.5);
    }

    private static async Task FloodAsync(ChaosLab lab)
    {
        foreach (string there in (string[])[WorldMap.Attacker.Address4, WorldMap.Attacker.Address6]) await lab.FloodAsync("support-1", "syn-flood", there, 443, 3000, 10_000);
    }

    // Also while it runs, when somebody watches.
    private void Say(string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable(Asked) is not null) Console.Error.WriteLine($"soak: {line}");
    }
}
