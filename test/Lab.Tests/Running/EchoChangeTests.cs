using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Running;

/// <summary>Echo that a rule permits: its entries in the kernel have names of their own, and neither their end nor a change of policy may stumble over that (I8; K7).</summary>
public sealed class EchoChangeTests
{
    [Fact]
    public async Task A_policy_changes_under_an_echo_and_the_gateway_outlives_the_end_of_one()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new DatagramLab();
        await lab.InitializeAsync();
        foreach ((int family, string name) in ((int, string)[])[(4, "icmp"), (6, "icmpv6")])
        {
            Assert.True((await lab.RunAsync(LabPlan.Gateway, "sh", "-c", $"echo 2 > /proc/sys/net/netfilter/nf_conntrack_{name}_timeout")).Succeeded);
            Assert.True(await ArrivesAsync(lab, family), $"IPv{family} at first");
        }
        // The entries end, and the gateway hears of it.
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);
        foreach (int family in (int[])[4, 6]) Assert.True(await ArrivesAsync(lab, family), $"IPv{family} after the end of an entry");
        Assert.False(lab.Gateway.Process.HasEnded, lab.Gateway.Process.LastWords());
        // Under the living: echo is denied now, and to the same address nothing passes.
        await lab.Gateway.ReloadAsync(new PolicyText("enforce"));
        foreach (int family in (int[])[4, 6])
        {
            Outcome denied = await lab.TryAsync("icmp-ping", "@crm", family, 0);
            // Its tool waits for no answer: what is still under way has a second to arrive.
            denied = denied with { After = await lab.World.DrainAsync("", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)) };
            Assert.False(denied.Arrived, $"IPv{family} after the change");
        }
        Assert.False(lab.Gateway.Process.HasEnded, lab.Gateway.Process.LastWords());
    }

    // Its tool waits for no answer: the first packet of a lab may still be under way when the far side is asked.
    private static async Task<bool> ArrivesAsync(LabFixture lab, int family)
    {
        for (int i = 0; i < 10; i++)
        {
            if ((await lab.TryAsync("icmp-ping", "@crm", family, 0)).Arrived) return true;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
        return false;
    }
}
