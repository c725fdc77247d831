using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>A gateway stopped in order: its traffic table and both locks stay, nothing new passes, and only the explicit command takes them away.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Both_locks_outlive_a_stop_until_they_are_removed()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new EnforcedLab();
        await lab.InitializeAsync();
        Assert.True((await lab.TryAsync("https", "openclaw.ai", 4)).Client.Succeeded);
        await lab.Gateway.DisposeAsync();

        Assert.Equal((true, true, true), await LocksAsync(lab));
        foreach (int family in (int[])[4, 6])
        {
            Assert.False((await lab.TryAsync("spoofed-sni", "openclaw.ai@core", family)).Arrived);
            Assert.False((await lab.TryAsync("https-address", "@attacker", family)).Arrived);
        }
        Finished removed = await lab.RunAsync(LabPlan.Gateway, [.. LabPrograms.Gateway, "--remove-locks"]);
        Assert.True(removed.Succeeded, removed.Errors);
        Assert.Equal((false, false, false), await LocksAsync(lab));
        // Control: with the locks gone, the machine forwards again, and what was kept in goes out.
        Assert.True((await lab.TryAsync("https-address", "@attacker", 4)).Arrived);
    }

    private static async Task<(bool Traffic, bool Drop, bool Routing)> LocksAsync(EnforcedLab lab)
    {
        string tables = (await lab.RunAsync(LabPlan.Gateway, "/usr/sbin/nft", "list", "tables")).Output;
        string rules = (await lab.RunAsync(LabPlan.Gateway, "ip", "rule")).Output + (await lab.RunAsync(LabPlan.Gateway, "ip", "-6", "rule")).Output;
        string[] names = [.. tables.Split('\n').Select(t => t.Trim())];
        return (names.Contains("table inet exeat"), names.Contains("table inet exeat_base"), rules.Contains("blackhole", StringComparison.Ordinal));
    }
}
