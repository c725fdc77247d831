using Exeat.Flows;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Tests.Running;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>The wall clock jumps a day ahead, and a day back (K11): nothing expires early, nothing new is let out, nothing crashes.</summary>
public sealed class ClockFaultTests(ClockLab lab) : IClassFixture<ClockLab>
{
    [Fact]
    public async Task K11_clock_step()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Assert.SkipWhen(ClockLab.Library is null, "libfaketime is missing; it comes with the package faketime");
        string tomorrow = TimeProvider.System.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        await lab.BreakAsync("clock steps", async traffic =>
        {
            // A rule that a step of three days would end, and that three days later is believed only after ten minutes.
            lab.Write(RunningLab.PolicyFile, ChaosLab.TrafficPolicy(data: $", owner: ops, why: chaos, expires: {tomorrow}"));
            await Faults.PauseAsync(0.7);
            foreach (int hours in (int[])[72, -72, 0])
            {
                lab.Step(hours);
                await Faults.PauseAsync(0.7);
                double now = Supervisor.Now;
                Assert.True(await traffic.FlowsAsync(now, ChaosLab.Recovery), $"at {hours} hours: {traffic.Missing(now)}; it said:\n{lab.Gateway.Process.LastWords()}");
            }
        });
        // Control: it did see another time.
        DateTimeOffset real = TimeProvider.System.GetUtcNow();
        List<FlowEvent> all = [.. new JournalReader(lab.State.Journal).Read()];
        Assert.Contains(all, e => e.Time > real.AddHours(70));
        Assert.Contains(all, e => e.Time < real.AddHours(-70));
    }
}
