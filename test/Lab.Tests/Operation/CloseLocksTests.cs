using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Operation;

/// <summary><c>--close-locks</c>, which runs at boot before any interface is up: with it, a machine that forwards lets nothing of an agent's pass.</summary>
public sealed class CloseLocksTests
{
    [Fact]
    public async Task Nothing_passes_between_the_locks_and_the_first_gateway()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new OpenLab();
        await lab.InitializeAsync();
        string documents = lab.State.Documents, config = Path.Combine(documents, LabFiles.GatewayName);
        await File.WriteAllTextAsync(config, LabFiles.Text(LabFiles.GatewayName));
        foreach (int family in (int[])[4, 6]) Assert.True((await lab.TryAsync("https-address", "@attacker", family)).Arrived, "the control run did not arrive");

        // Neither policy nor agents are there yet.
        Finished closed = await lab.RunAsync(LabPlan.Gateway, [.. LabPrograms.Gateway, "--close-locks", "--config", config]);
        Assert.True(closed.Succeeded, closed.Errors);
        await AssertClosedAsync(lab, "after --close-locks");

        // Each lock alone holds.
        Assert.True((await lab.RunAsync(LabPlan.Gateway, "/usr/sbin/nft", "flush", "ruleset")).Succeeded);
        await AssertClosedAsync(lab, "by routing rules alone");
        Assert.True((await lab.RunAsync(LabPlan.Gateway, [.. LabPrograms.Gateway, "--close-locks", "--config", config])).Succeeded);
        Assert.True((await lab.RunAsync(LabPlan.Gateway, "sh", "-c", "while ip rule del pref 47 2>/dev/null; do :; done; while ip -6 rule del pref 47 2>/dev/null; do :; done")).Succeeded);
        await AssertClosedAsync(lab, "by the table alone");

        Assert.True((await lab.RunAsync(LabPlan.Gateway, [.. LabPrograms.Gateway, "--remove-locks"])).Succeeded);
        foreach (int family in (int[])[4, 6]) Assert.True((await lab.TryAsync("https-address", "@attacker", family)).Arrived, "the control run at the end did not arrive");
    }

    [Fact]
    public async Task Locks_close_for_interfaces_that_do_not_exist_yet()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new OpenLab();
        await lab.InitializeAsync();
        string config = Path.Combine(lab.State.Documents, LabFiles.GatewayName);
        await File.WriteAllTextAsync(config, LabFiles.Text(LabFiles.GatewayName).Replace("ag-2", "later0", StringComparison.Ordinal));
        Finished closed = await lab.RunAsync(LabPlan.Gateway, [.. LabPrograms.Gateway, "--close-locks", "--config", config]);
        Assert.True(closed.Succeeded, closed.Errors);
        Assert.True((await lab.TryAsync("https-address", "@attacker", 4)).Arrived, "the control run did not arrive: ag-2 has no lock yet");
        Assert.True((await lab.RunAsync(LabPlan.Gateway, "sh", "-ec",
            "ip link set ag-2 down; ip link set ag-2 name later0; ip link set later0 up; ip -6 addr add 2001:db8:a:2::1/64 dev later0 nodad 2>/dev/null || true")).Succeeded);
        await AssertClosedAsync(lab, "on an interface that appeared after the locks");
    }

    [Fact]
    public async Task A_wrong_document_changes_nothing_and_says_so()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new OpenLab();
        await lab.InitializeAsync();
        string config = Path.Combine(lab.State.Documents, "broken.yaml");
        await File.WriteAllTextAsync(config, "apiVersion: exeat/v1\nkind: Gateway\n");
        Finished refused = await lab.RunAsync(LabPlan.Gateway, [.. LabPrograms.Gateway, "--close-locks", "--config", config]);
        Assert.Equal(2, refused.Status);
        Assert.Contains("the locks were not touched", refused.Errors);
    }

    private static async Task AssertClosedAsync(OpenLab lab, string when)
    {
        foreach (int family in (int[])[4, 6]) Assert.False((await lab.TryAsync("https-address", "@attacker", family)).Arrived, $"an IPv{family} packet passed {when}");
    }
}
