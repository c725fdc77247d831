using System.Globalization;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>The gateway dies, hangs, runs out of memory, is replaced, is refused its rights (I1, I5; K5, K12).</summary>
[Collection(ChaosGroup.Name)]
public sealed class GatewayFaultTests(ChaosLab lab)
{
    [Fact]
    public async Task K5_killed()
    {
        ChaosReport report = await lab.BreakAsync("kill -9", async _ =>
        {
            await Faults.SignalAndRestartAsync(lab, "KILL");
            await Faults.PauseAsync(0.3);
            await Faults.SignalAndRestartAsync(lab, "KILL");
        }, all: true);
        Assert.Equal(2, report.Restarts);
        // What came meanwhile is counted by the one that came after.
        Assert.InRange(report.NotJudged, 20, report.Unjudged * 20);
    }

    [Fact]
    public async Task K5_replaced_by_a_restart()
    {
        ChaosReport report = await lab.BreakAsync("upgrade by restart", _ => Faults.SignalAndRestartAsync(lab, "TERM"), all: true);
        Assert.Equal(1, report.Restarts);
    }

    [Fact]
    public Task K5_stopped_and_continued() => lab.BreakAsync("SIGSTOP, SIGCONT", _ => Faults.HoldAsync(lab, 2), all: true);

    [Fact]
    public async Task K5_hung_until_the_watchdog_kills_it()
    {
        ChaosReport report = await lab.BreakAsync("hangs, watchdog", _ => Faults.HangAsync(lab), all: true);
        Assert.Equal(1, report.Restarts);
    }

    [Fact]
    public async Task K5_out_of_memory()
    {
        // A fresh one: to one that has broken and mended much, what its heap has to spare is enough.
        await Faults.SignalAndRestartAsync(lab, "TERM");
        // Half of what it has: every further growth of its heaps fails. The limit dies with the process.
        ChaosReport report = await lab.BreakAsync("out of memory", async _ =>
        {
            (int before, LabProcess process) = (lab.Supervisor.Restarts, lab.Gateway.Process);
            string[] now = (await File.ReadAllLinesAsync($"/proc/{process.Id}/status")).First(l => l.StartsWith("VmData:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // Control: with memory it takes any number of these.
            for (int i = 0; i < 10; i++)
            {
                await process.SignalAsync("HUP");
                await Faults.PauseAsync(0.05);
            }
            await Faults.PauseAsync(0.5);
            Assert.False(process.HasEnded);
            lab.Supervisor.BeginOutage();
            await Subprocess.DemandAsync(["prlimit", $"--pid={process.Id}", $"--data={long.Parse(now[1], CultureInfo.InvariantCulture) * 512}"]);
            // Policies are read and tables built anew: all of it wants memory. It ends by that alone.
            long start = TimeProvider.System.GetTimestamp();
            while (!process.HasEnded)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(start) < ChaosLab.Recovery, "it lives on with no byte more: nothing was shown");
                await Subprocess.RunAsync(["kill", "-HUP", $"{process.Id}"], TimeSpan.FromSeconds(2));
                await Faults.PauseAsync(0.05);
            }
            await lab.Supervisor.RestartedAsync(before, ChaosLab.Recovery);
        }, all: true);
        Assert.Equal(1, report.Restarts);
    }

    [Fact]
    public async Task K12_started_without_privilege()
    {
        await lab.BreakAsync("start without privilege", async _ =>
        {
            int before = lab.Supervisor.Restarts;
            lab.Supervisor.Hold();
            lab.Supervisor.BeginOutage();
            await lab.Gateway.Process.SignalAsync("KILL");
            Finished refused = await lab.RunAsync(LabPlan.Gateway,
                ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", .. LabPrograms.Gateway, "--config", Path.Combine(lab.State.Documents, LabFiles.GatewayName)]);
            Assert.Equal(3, refused.Status);
            Assert.Contains("CAP_NET_ADMIN", refused.Errors, StringComparison.Ordinal);
            lab.Supervisor.Release();
            await lab.Supervisor.RestartedAsync(before, ChaosLab.Recovery);
        });
    }
}
