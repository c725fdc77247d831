using System.Globalization;
using Exeat.Flows;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Limits;

/// <summary>Floods by one agent: every packet is accounted for, user space does not see them, and another agent goes on (I5, I10; L2).</summary>
[Collection(Alone.Name)]
public sealed class FloodTests(EnforcedLab lab) : IClassFixture<EnforcedLab>
{
    // Whose records are added up floods in no other test: counts come seconds later.
    [Theory]
    [InlineData(4, "syn-flood", "locked-down-1", 50_000)]
    [InlineData(6, "syn-flood", "locked-down-1", 50_000)]
    [InlineData(4, "udp-flood", "research-1", 20_000)]
    [InlineData(6, "udp-flood", "research-1", 20_000)]
    public async Task Every_packet_of_a_flood_is_on_record_and_user_space_sees_almost_none(int family, string flood, string agent, int sent)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        string address = Address(family);
        long judged = await lab.JudgedAsync();
        TimeSpan took = await lab.FloodAsync(agent, flood, address, 443, sent, 50_000);
        judged = await lab.JudgedAsync() - judged;
        List<FlowEvent> own = await lab.RecordedAsync(from, sent, e => e.Agent == agent && (e.Destination == address || e.End == "new_flows_over_limit"));
        Assert.Equal(sent, own.Sum(FloodTool.Count));
        Assert.All(own, e => Assert.Equal("deny", e.Verdict));
        Assert.InRange(judged, 1, sent / 10);
        // What the kernel refused from memory stands under the flow of the refusal that it remembered. All else came to user space, or was over the agent's rate while nothing was remembered.
        HashSet<string?> remembered = [.. own.Where(e => e.Event == "decision").Select(e => e.Flow)];
        long repeated = own.Where(e => e.Event == "counted" && remembered.Contains(e.Flow)).Sum(e => e.Count);
        Assert.InRange(repeated, sent / 2, sent);
        TestContext.Current.TestOutputHelper?.WriteLine($"{flood}, IPv{family}: {sent} in {took.TotalSeconds:0.0} s, {judged} came to user space, {repeated} were refused from memory");
    }

    [Fact]
    public async Task A_name_that_becomes_bound_is_reachable_at_once_though_its_address_was_refused_a_moment_ago()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var fresh = new EnforcedLab();
        await fresh.InitializeAsync();
        foreach (int family in (int[])[4, 6])
        {
            foreach (string agent in (string[])["coding-1", "research-1", "support-1"])
            {
                DateTimeOffset from = TimeProvider.System.GetUtcNow();
                // Twice: the second time it is the kernel that refuses, or this shows nothing.
                for (int i = 0; i < 2; i++) Assert.False((await fresh.TryAsync("spoofed-sni", "openclaw.ai@core", family, agent: agent)).Arrived);
                Outcome asked = await fresh.TryAsync("https", "openclaw.ai", family, agent: agent);
                Assert.True(asked.After.Has(asked.Attempt.Canary), $"{agent}, IPv{family}: {asked.Client.LastLine}");
                await Task.Delay(TimeSpan.FromMilliseconds(700), TimeProvider.System);
                Assert.Contains(new JournalReader(fresh.State.Journal).Read(from), e => e.Agent == agent && e is { Event: "counted", Stage: "first-packet", Verdict: "deny" });
            }
        }
    }

    [Fact]
    public async Task A_new_policy_is_not_refused_from_memory()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var fresh = new EnforcedLab();
        await fresh.InitializeAsync();
        foreach (int family in (int[])[4, 6]) Assert.True((await fresh.TryAsync("https", "openclaw.ai", family)).Client.Succeeded);
        foreach (int family in (int[])[4, 6]) Assert.False((await fresh.TryAsync("https-address", "@attacker", family)).Arrived);
        await fresh.Gateway.ReloadAsync(new PolicyText("monitor"));
        // Refused a moment ago, let through now; in enforce it would be refused still.
        foreach (int family in (int[])[4, 6])
        {
            Outcome now = await fresh.TryAsync("https-address", "@attacker", family);
            Assert.True(now.After.Has(now.Attempt.Canary), $"IPv{family}: {now.Client.LastLine}");
        }
    }

    [Theory]
    [InlineData(4, "syn-flood", "denied", 443)]
    [InlineData(6, "syn-flood", "denied", 443)]
    [InlineData(4, "syn-flood", "permitted", 443)]
    [InlineData(6, "syn-flood", "permitted", 443)]
    [InlineData(4, "udp-flood", "denied", 4433)]
    [InlineData(6, "udp-flood", "denied", 4433)]
    [InlineData(4, "dns-flood", "resolver", 53)]
    [InlineData(6, "dns-flood", "resolver", 53)]
    [InlineData(4, "pending-flood", "pending", 443)]
    [InlineData(6, "pending-flood", "pending", 443)]
    public async Task A_flood_by_one_agent_leaves_another_four_fifths_of_its_rate(int family, string flood, string target, int port)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string address = target switch
        {
            "denied" => Address(family),
            "permitted" => await AddressOfAsync("openclaw.ai", family),
            _ => family == 4 ? WorldMap.Resolver.Address4 : WorldMap.Resolver.Address6,
        };
        await lab.KeepsItsRateAsync("support-1", family, () => target == "pending"
            ? lab.FloodPendingAsync("coding-1", flood, family, 12_500, 5_000)
            : lab.FloodAsync("coding-1", flood, address, port, 12_500, 5_000));
    }

    private async Task<string> AddressOfAsync(string name, int family) =>
        (await lab.RunAsync("coding-1", "dig", "+short", name, family == 4 ? "A" : "AAAA")).Output.Trim().Split('\n')[^1];

    private static string Address(int family) => family == 4 ? WorldMap.Attacker.Address4 : WorldMap.Attacker.Address6;
}
