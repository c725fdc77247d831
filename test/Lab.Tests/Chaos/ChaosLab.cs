using Exeat.Flows;
using Exeat.Lab.Tests.Chaos.Load;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Tests.Running;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>A lab that is broken on purpose while traffic runs, and whose gateway a supervisor starts again.</summary>
public class ChaosLab : RunningLab
{
    private Supervisor? _supervisor;

    /// <summary>The policy of the traffic: addresses and names, TLS, plain HTTP and datagrams.</summary>
    internal static string TrafficPolicy(string more = "", string data = "") => Policy(data: data, more: """
        - {name: allow-data-udp, priority: 11, from: [all], to: {groups: [data]}, protocol: udp, ports: [5432], action: permit}
        - {name: allow-web, priority: 21, from: [all], to: {names: [core]}, protocol: tcp, ports: [80], action: permit}

        """ + more);

    /// <summary>The gateway document of all its tests: a journal that still has the permit of a flow that began hours ago.</summary>
    private protected virtual string GatewayText => LabFiles.Text(GatewayFile).Replace("maxBytes: 67108864", "maxBytes: 2147483648", StringComparison.Ordinal);

    internal Supervisor Supervisor => _supervisor ?? throw new InvalidOperationException("the lab was not built");

    /// <summary>How long a gateway may take to be back; slow machines take longer to start a runtime.</summary>
    internal static TimeSpan Recovery { get; } = TimeSpan.FromSeconds(20);

    internal void WriteDocuments(string policy)
    {
        Write(AgentsFile, LabFiles.Text(AgentsFile));
        Write(GatewayFile, GatewayText);
        Write(PolicyFile, policy);
    }

    /// <summary>Breaks something while traffic runs, waits until permitted flows begin again by themselves, and asserts what holds for every fault.</summary>
    /// <param name="name">The fault, for the report.</param>
    /// <param name="fault">Breaks it; returns when nothing is broken any more but what has to mend itself.</param>
    /// <param name="mayEnd">Steady flows that may end.</param>
    /// <param name="mayGrow">Memory may be another after it.</param>
    /// <param name="all">What was refused while nobody judged is on record as well.</param>
    internal async Task<ChaosReport> BreakAsync(string name, Func<Traffic, Task> fault, Func<SteadyFlow, bool>? mayEnd = null, bool mayGrow = false, bool all = false)
    {
        await BeginTrafficAsync();
        JournalReader journal = new(State.Journal);
        _ = journal.Read().Count();
        var ledger = new Ledger();
        WorldSnapshot before = await World.ReadAsync();
        int outages = Supervisor.Outages.Count, restarts = Supervisor.Restarts;
        await using var traffic = Traffic.Start(this, TimeSpan.FromMinutes(2));
        Assert.True(await traffic.FlowsAsync(0, Recovery), $"before {name}: nothing is permitted: {traffic.Missing(0)}; it said:\n{Gateway.Process.LastWords()}");
        GatewayUse used = GatewayUse.Of(Gateway.Process.Id);
        IReadOnlyList<string> open = GatewayUse.Open(Gateway.Process.Id);

        await fault(traffic);

        double mended = Supervisor.Now;
        Assert.True(await traffic.FlowsAsync(mended, Recovery), $"after {name}: not back: {traffic.Missing(mended)}; it said:\n{Gateway.Process.LastWords(30)}\n{string.Join('\n', Supervisor.Failures)}");
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        double stopping = Supervisor.Now;
        await traffic.StopAsync();
        IReadOnlyList<TrafficAttempt> attempts = traffic.Attempts();
        WorldSnapshot after = await World.DrainAsync("", TimeSpan.FromMilliseconds(30), TimeSpan.FromSeconds(1));
        ChaosReport report;
        long start = TimeProvider.System.GetTimestamp();
        do
        {
            // Counts are written every five seconds.
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            ledger.Add(journal.Read());
            report = ChaosReport.Of(name, attempts, traffic.Steady(), before, after, ledger, [.. Supervisor.Outages.Skip(outages)]) with
            {
                Before = used,
                After = GatewayUse.Of(Gateway.Process.Id),
                Restarts = Supervisor.Restarts - restarts,
            };
        }
        while ((report.Missing > 0 || (all && report.MissingOfAll > 0) || !report.After.IsBackTo(used)) && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(12));
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        if (Environment.GetEnvironmentVariable("EXEAT_CHAOS_LOG") is { Length: > 0 } log) await File.AppendAllTextAsync(log, report + "\n");

        Assert.Empty(report.Escapes);
        Assert.Empty(report.Unrecorded);
        Assert.True(report.Missing == 0, $"{name}: {report.Missing} attempts have no record: {string.Join("; ", report.Lacking)}; {report}; it said:\n{Gateway.Process.LastWords(30)}");
        Assert.True(!all || report.MissingOfAll == 0, $"{name}: {report.MissingOfAll} refused attempts have no record: {string.Join("; ", report.LackingOfAll)}; {report}; it said:\n{Gateway.Process.LastWords(30)}");
        Assert.Equal(traffic.Agents.Count() * 6, report.Steady);
        Assert.DoesNotContain(report.Ended, s => mayEnd?.Invoke(s) != true);
        Assert.All(traffic.Steady().Where(s => s.How == "stopped" && s.Kind != "udp"), s => Assert.True(s.LastHeard > stopping - 2, $"{s} is silent"));
        Assert.NotEqual(0, report.Denied);
        Assert.True(mayGrow || report.After.IsBackTo(used), $"from {used} to {report.After}; open since then: {GatewayUse.Since(open, GatewayUse.Open(Gateway.Process.Id))}; it said:\n{Gateway.Process.LastWords(30)}");
        foreach ((string agent, int family) in from agent in traffic.Agents from family in (int[])[4, 6] select (agent, family))
            Assert.True(Connections(after, agent, family) - Connections(before, agent, family) <= ledger.Permitted(agent, DatabaseAt(family), "tcp", 5432), $"more connections of {agent} arrived at the database than are on record");
        return report;
    }

    /// <summary>Brings back what a test before it may have left, and waits until it is in force.</summary>
    internal async Task BeginTrafficAsync()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Supervisor.Release();
        await UntilAsync(() => !Gateway.Process.HasEnded, "the gateway is not back");
        Supervisor.EndOutage();
        if (Read(PolicyFile) == TrafficPolicy() && Read(GatewayFile) == GatewayText && Read(AgentsFile) == LabFiles.Text(AgentsFile)) return;
        WriteDocuments(TrafficPolicy());
        await ChangeAsync(() => Gateway.Process.SignalAsync("HUP").GetAwaiter().GetResult());
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
    }

    protected override async Task FillMiddleAsync()
    {
        await base.FillMiddleAsync();
        _supervisor = new Supervisor(Gateway);
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_supervisor is not null) await _supervisor.DisposeAsync();
        await base.EmptyMiddleAsync();
    }

    private static long Connections(WorldSnapshot world, string agent, int family) => world.From(LabPlan.Find(agent)!.Address(family), DatabaseAt(family), 6, 5432).Connections;
}
