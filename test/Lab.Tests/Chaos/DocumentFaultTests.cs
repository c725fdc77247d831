using Exeat.Lab.Tests.Running;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>Documents that are broken, change while nobody looks, or change all the time (I1, I8; K6, K12).</summary>
[Collection(ChaosGroup.Name)]
public sealed class DocumentFaultTests(ChaosLab lab)
{
    [Fact]
    public async Task K12_corrupt_policy()
    {
        ChaosReport report = await lab.BreakAsync("corrupt policy, then killed", async traffic =>
        {
            lab.Write(RunningLab.PolicyFile, "apiVersion: exeat/v1\nkind: Policy\nrules: [{name: \0");
            await Faults.PauseAsync(0.7);
            double now = Supervisor.Now;
            Assert.True(await traffic.FlowsAsync(now, ChaosLab.Recovery), "the last good policy is not in force: " + traffic.Missing(now));
            await Faults.SignalAndRestartAsync(lab, "KILL");
            now = Supervisor.Now;
            Assert.True(await traffic.FlowsAsync(now, ChaosLab.Recovery), "not started with the last good policy: " + traffic.Missing(now));
            lab.Write(RunningLab.PolicyFile, ChaosLab.TrafficPolicy());
            await Faults.PauseAsync(0.5);
        });
        Assert.Equal(1, report.Restarts);
    }

    /// <summary>Also the control of survival: a flow that is not permitted any more is seen to end.</summary>
    [Fact]
    public async Task K6_policy_changed_while_the_gateway_is_down()
    {
        ChaosReport report = await lab.BreakAsync("policy changed while down", async _ =>
        {
            int before = lab.Supervisor.Restarts;
            lab.Supervisor.Hold();
            lab.Supervisor.BeginOutage();
            await lab.Gateway.Process.SignalAsync("KILL");
            lab.Write(RunningLab.PolicyFile, ChaosLab.TrafficPolicy(data: ", mode: off"));
            lab.Supervisor.Release();
            await lab.Supervisor.RestartedAsync(before, ChaosLab.Recovery);
            await Faults.PauseAsync(0.3);
            long[] arrived = await ArrivedAsync();
            await Faults.PauseAsync(0.5);
            Assert.Equal(arrived, await ArrivedAsync());
            lab.Write(RunningLab.PolicyFile, ChaosLab.TrafficPolicy());
            await Faults.PauseAsync(0.5);
        }, mayEnd: s => s.Kind == "tcp");
        Assert.Equal(4, report.Ended.Count);
        Assert.All(report.Ended, s => Assert.Equal("reset", s.How));
    }

    [Fact]
    public async Task K6_a_hundred_policies_in_ten_seconds()
    {
        ChaosReport report = await lab.BreakAsync("reload storm", _ => Faults.StormAsync(lab, 100, 10));
        // A client gives up after four seconds, which a busy machine can take by itself.
        Assert.InRange(report.Permitted - report.Through, 0, report.Permitted / 50);
    }

    private async Task<long[]> ArrivedAsync() =>
        [await lab.ArrivedAsync("coding-1", 4, 6), await lab.ArrivedAsync("coding-1", 6, 6), await lab.ArrivedAsync("research-1", 4, 6), await lab.ArrivedAsync("research-1", 6, 6)];
}
