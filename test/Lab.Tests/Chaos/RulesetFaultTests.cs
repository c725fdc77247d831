using Exeat.Lab.Tests.Chaos.Load;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>Other tools and the machine itself: rulesets, marks, links (I1; K6).</summary>
[Collection(ChaosGroup.Name)]
public sealed class RulesetFaultTests(ChaosLab lab)
{
    // Every bit of the default mask and beyond.
    private const string AllBits = "meta mark set 0xffffffff";

    [Fact]
    public async Task K6_flush_ruleset()
    {
        ChaosReport report = await lab.BreakAsync("nft flush ruleset", _ => Faults.FlushAsync(lab));
        Assert.InRange(report.CountsLost, 1, 12);
    }

    [Fact]
    public Task K6_flush_ruleset_while_the_gateway_is_stopped() =>
        lab.BreakAsync("nft flush ruleset, nobody repairs", _ => Faults.HoldAsync(lab, 0.3, async () =>
        {
            await Faults.FlushAsync(lab, 1);
            lab.Supervisor.BeginOutage();
            await Faults.PauseAsync(1);
        }));

    /// <summary>A rule in our own table is one that was not loaded: all is loaded again, and what the kernel counted by itself until then is on record.</summary>
    [Fact]
    public async Task K6_a_rule_in_our_table()
    {
        ChaosReport report = await lab.BreakAsync("a rule in our table", async _ =>
        {
            for (int i = 0; i < 4; i++)
            {
                // What comes while it is loaded, before the queue rule is in, is counted as judged by nobody.
                lab.Supervisor.BeginOutage();
                await Faults.InGatewayAsync(lab, "/usr/sbin/nft", "insert", "rule", "inet", "exeat", "from_agent", "counter");
                await Faults.PauseAsync(0.3);
                lab.Supervisor.EndOutage();
                await Faults.PauseAsync(0.5);
            }
        }, all: true);
        Assert.Equal(0, report.CountsLost);
        Assert.True(lab.Gateway.Process.LastWords(4).Split("loaded again", StringSplitOptions.None).Length >= 4, "control: it was not loaded again");
    }

    [Fact]
    public Task K6_iptables_restored() => lab.BreakAsync("iptables-restore", _ => Faults.RestoreIptablesAsync(lab));

    [Fact]
    public Task K6_the_jump_to_the_queue_is_gone() => lab.BreakAsync("queue rule removed", _ => Faults.UnqueueAsync(lab));

    [Theory]
    [InlineData("prerouting", -300, AllBits)]
    [InlineData("prerouting", -150, AllBits)]
    [InlineData("forward", -150, AllBits)]
    [InlineData("forward", -146, AllBits)]
    [InlineData("forward", -146, "meta mark set ct mark")]
    [InlineData("forward", 0, AllBits)]
    [InlineData("prerouting", -150, "ct mark set 0xffffffff")]
    [InlineData("postrouting", -150, "ct mark set meta mark")]
    public Task K6_marks_of_another_tool(string hook, int priority, string statement) =>
        lab.BreakAsync($"{statement} at {hook} {priority}", _ => Faults.MarkAsync(lab, hook, priority, statement), mayEnd: _ => false);

    [Fact]
    public Task K6_links_flap() => lab.BreakAsync("interface flap", _ => Faults.FlapAsync(lab));

    /// <summary>Control of all of these: with the second lock taken away as well, and nobody to repair, the counters see the packets.</summary>
    [Fact]
    public async Task K6_without_the_second_lock_they_would_pass()
    {
        await lab.BeginTrafficAsync();
        WorldSnapshot before = await lab.World.ReadAsync();
        await using (var traffic = Traffic.Start(lab, TimeSpan.FromMinutes(1)))
        {
            Assert.True(await traffic.FlowsAsync(0, ChaosLab.Recovery));
            await Faults.HoldAsync(lab, 0.2, async () =>
            {
                foreach (string family in (string[])["-4", "-6"])
                    await Faults.InGatewayAsync(lab, "sh", "-euc", $"ip {family} rule | grep blackhole | while IFS=: read -r p _; do ip {family} rule del pref $p; done");
                await Faults.InGatewayAsync(lab, "/usr/sbin/nft", "flush", "ruleset");
                await Faults.PauseAsync(1.5);
            });
            await traffic.StopAsync();
            ChaosReport report = ChaosReport.Of("control", traffic.Attempts(), traffic.Steady(), before, await lab.World.ReadAsync(), new Ledger(), []);
            Assert.Contains(report.Escapes, e => e.StartsWith("attacker", StringComparison.Ordinal) && e.Contains("IPv4", StringComparison.Ordinal));
            Assert.Contains(report.Escapes, e => e.StartsWith("datagram", StringComparison.Ordinal) && e.Contains("IPv6", StringComparison.Ordinal));
        }
        await lab.UntilAsync(() => (lab.RunAsync(LabPlan.Gateway, "ip", "rule").GetAwaiter().GetResult()).Output.Contains("blackhole", StringComparison.Ordinal), "the second lock was not put back");
    }
}
