using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Verification;

/// <summary><c>exeat verify</c> where something is wrong: it has to fail, loudly and for the right reason.</summary>
public sealed class UnenforcedVerifyTests
{
    [Fact]
    public async Task In_monitor_it_fails_and_says_that_nothing_is_enforced()
    {
        await using var lab = new MonitoredLab();
        await lab.InitializeAsync();
        VerifyOutput ran = await VerifyOutput.RunAsync(lab, "coding-1", "--journal", lab.State.Journal, "--names", "1");
        Assert.Equal(1, ran.Status);
        Assert.Contains("NOT ENFORCED: the policy is in monitor for coding-1", ran.Why("policy/mode/0"), StringComparison.Ordinal);
        foreach (int family in (int[])[4, 6])
        {
            Assert.Equal("failed", ran.Outcome($"family/enforced-{family}/{family}"));
            Assert.Equal("failed", ran.Outcome($"escape/spoofed-sni/{family}"));
        }

        // The files in hand say enforce, the gateway is in monitor: the attempts and their records tell.
        string said = Path.Combine(lab.State.Scratch, "enforce.yaml");
        await File.WriteAllTextAsync(said, new PolicyText("enforce").Text);
        ran = await VerifyOutput.RunAsync(lab, "coding-1", "--journal", lab.State.Journal, "--names", "1", "--policy", said);
        Assert.Equal((1, "held", "failed"), (ran.Status, ran.Outcome("policy/mode/0"), ran.Outcome("family/enforced-4/4")));
        Assert.Contains(ran.Checks, c => c.GetProperty("why").GetString()!.StartsWith("NOT ENFORCED: the gateway is in monitor for this agent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_gateway_the_escapes_get_through_and_it_fails()
    {
        await using var lab = new OpenLab();
        await lab.InitializeAsync();
        VerifyOutput ran = await VerifyOutput.RunAsync(lab, "coding-1", "--names", "1", "--patience", "1", "--other-resolver", WorldMap.PublicResolver.Address4, "--other-resolver", WorldMap.PublicResolver.Address6);
        Assert.Equal(1, ran.Status);
        foreach (int family in (int[])[4, 6])
        {
            Assert.Equal("failed", ran.Outcome($"family/enforced-{family}/{family}"));
            foreach (string id in (string[])["spoofed-sni", "no-sni", "http-on-443", "labels-nobodys", $"resolver-{(family == 4 ? WorldMap.PublicResolver.Address4 : WorldMap.PublicResolver.Address6)}-udp"])
                Assert.Contains("ESCAPED", ran.Why($"escape/{id}/{family}"), StringComparison.Ordinal);
        }
        // An address at which nobody is stays silent, and silence is no proof.
        Assert.Equal("inconclusive", ran.Outcome("escape/literal-8443/4"));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_way_around_the_gateway_in_one_family_is_named(int family)
    {
        await using var lab = new EnforcedLab();
        await lab.InitializeAsync();
        await AddWayAroundAsync(lab, family);
        int other = family == 4 ? 6 : 4;
        VerifyOutput ran = await VerifyOutput.RunAsync(lab, "coding-1", "--journal", lab.State.Journal, "--names", "1", "--patience", "1");
        Assert.Equal(1, ran.Status);
        Assert.Equal(("failed", "held"), (ran.Outcome($"family/enforced-{family}/{family}"), ran.Outcome($"family/enforced-{other}/{other}")));
        Assert.Contains($"IPv{family} is NOT ENFORCED", ran.Why($"family/enforced-{family}/{family}"), StringComparison.Ordinal);
        Assert.Contains("ESCAPED", ran.Why($"escape/spoofed-sni/{family}"), StringComparison.Ordinal);
        Assert.Equal("held", ran.Outcome($"escape/spoofed-sni/{other}"));
    }

    [Fact]
    public async Task A_family_without_a_route_is_said_to_be_untested()
    {
        await using var lab = new EnforcedLab();
        await lab.InitializeAsync();
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Assert.True((await lab.RunAsync("coding-1", "ip", "-6", "route", "del", "default")).Succeeded);
        VerifyOutput ran = await VerifyOutput.RunAsync(lab, "coding-1", "--journal", lab.State.Journal, "--names", "1");
        Assert.True(ran.Status == 0, ran.Unheld);
        Assert.Equal("not-tested", ran.Outcome("family/route-6/6"));
        Assert.Contains("no IPv6 route", ran.Why("family/route-6/6"), StringComparison.Ordinal);
        Assert.DoesNotContain(ran.Checks, c => c.GetProperty("outcome").GetString() == "held" && c.TryGetProperty("family", out var of) && of.GetInt32() == 6);
    }

    [Fact]
    public async Task A_permitted_host_that_is_down_is_no_control_and_nothing_is_held_by_it()
    {
        await using var lab = new DownLab();
        await lab.InitializeAsync();
        VerifyOutput ran = await VerifyOutput.RunAsync(lab, "coding-1", "--journal", lab.State.Journal, "--names", "1");
        Assert.Equal(3, ran.Status);
        Assert.Equal(0, ran.Count("failed"));
        Assert.Equal(("inconclusive", "inconclusive"), (ran.Outcome("permit/allow-nobody/4"), ran.Outcome("permit/allow-nobody/6")));
        Assert.Equal("held", ran.Outcome("permit/allow-core/4"));
    }

    // What happens: a second router on the segment announces itself in one family only.
    private static async Task AddWayAroundAsync(EnforcedLab lab, int family)
    {
        if (!TestSpaces.Fresh) return;
        LabAgent agent = LabPlan.Find("coding-1")!;
        string script = $"ip link add around netns {lab.Network.NameOf(agent.Id)} type veth peer name around1 netns {lab.Network.NameOf(LabPlan.World)}; "
            + (family == 4
                ? $"nsenter --net=/run/netns/{lab.Network.NameOf(LabPlan.World)} sh -ec 'ip addr add 192.0.2.201/30 dev around1; ip link set around1 up; ip route replace {agent.Address4}/32 via 192.0.2.202'; "
                    + $"nsenter --net=/run/netns/{lab.Network.NameOf(agent.Id)} sh -ec 'ip addr add 192.0.2.202/30 dev around; ip link set around up; ip route replace default via 192.0.2.201 src {agent.Address4}'"
                : $"nsenter --net=/run/netns/{lab.Network.NameOf(LabPlan.World)} sh -ec 'ip addr add 2001:db8:aa::1/64 dev around1 nodad; ip link set around1 up; ip -6 route replace {agent.Address6}/128 via 2001:db8:aa::2'; "
                    + $"nsenter --net=/run/netns/{lab.Network.NameOf(agent.Id)} sh -ec 'ip addr add 2001:db8:aa::2/64 dev around nodad; ip link set around up; ip -6 route replace default via 2001:db8:aa::1 src {agent.Address6}'");
        Finished made = await Subprocess.RunAsync(["sh", "-ec", script], TimeSpan.FromSeconds(20));
        Assert.True(made.Succeeded, made.Errors);
    }

    /// <summary>One rule more, whose only host has nobody listening on the port.</summary>
    private sealed class DownLab() : GatewayLab(new PolicyText("enforce")
    {
        ExtraRules = "- {name: allow-nobody, priority: 52, from: [coding], to: {names: [core]}, protocol: tcp, ports: [9443], action: permit}\n",
    });
}
