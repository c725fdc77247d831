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
        });
        Assert.Equal(2, report.Restarts);
        // What came meanwhile is counted by the one that came after.
        Assert.InRange(report.NotJudged, 20, report.Unjudged * 20);
    }

    [Fact]
    public async Task K5_replaced_by_a_restart()
    {
        ChaosReport report = await lab.BreakAsync("upgrade by restart", _ => Faults.SignalAndRestartAsync(lab, "TERM"));
        Assert.Equal(1, report.Restarts);
    }

    [Fact]
    public Task K5_stopped_and_continued() => lab.BreakAsync("SIGSTOP, SIGCONT", _ => Faults.HoldAsync(lab, 2));

    [Fact]
    public async Task K5_hung_until_the_watchdog_kills_it()
    {
        ChaosReport report = await lab.BreakAsync("hangs, watchdog", _ => Faults.HangAsync(lab));
        Assert.Equal(1, report.Restarts);
    }

    [Fact]
    public async Task K5_out_of_memory()
    {
        // No byte more than it has now: the next growth of its heap fails. The limit dies with the process.
        ChaosReport report = await lab.BreakAsync("out of memory", async _ =>
        {
            int before = lab.Supervisor.Restarts;
            int process = lab.Gateway.Process.Id;
            string[] now = (await File.ReadAllLinesAsync($"/proc/{process}/status")).First(l => l.StartsWith("VmData:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            await Subprocess.DemandAsync(["prlimit", $"--pid={process}", $"--data={now[1]}000"]);
            // Many questions and connections that are refused: whatever is allocated for them has nowhere to go.
            for (int i = 0; i < 40 && lab.Supervisor.Restarts == before; i++) await lab.Gateway.Process.SignalAsync(i % 4 == 0 ? "HUP" : "CONT");
            long start = TimeProvider.System.GetTimestamp();
            while (lab.Supervisor.Restarts == before && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(5))
            {
                await Subprocess.RunAsync(["kill", "-HUP", $"{process}"], TimeSpan.FromSeconds(2));
                await Faults.PauseAsync(0.1);
            }
            // A gateway that lives within what it has is as good; then the limit goes with it.
            if (lab.Supervisor.Restarts == before) await Faults.SignalAndRestartAsync(lab, "KILL");
        });
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
