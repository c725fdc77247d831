using System.Globalization;
using Exeat.Flows;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Limits;

/// <summary>Floods by one agent: every packet is accounted for, user space does not see them, and another agent goes on (I5, I10; L2).</summary>
public sealed class FloodTests(EnforcedLab lab) : IClassFixture<EnforcedLab>
{
    private static readonly string Resolver = WorldMap.Resolver.Address4;

    [Theory]
    [InlineData(4, "syn-flood", "coding-1")]
    [InlineData(6, "syn-flood", "coding-1")]
    [InlineData(4, "udp-flood", "research-1")]
    [InlineData(6, "udp-flood", "research-1")]
    public async Task Every_packet_of_a_flood_is_on_record_and_user_space_sees_almost_none(int family, string flood, string agent)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        const int sent = 20_000;
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        string address = Address(family);
        await FloodAsync(agent, flood, address, 443, sent, 10_000);
        long recorded = 0;
        List<FlowEvent> own = [];
        for (int i = 0; i < 100 && recorded < sent; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            own = [.. new JournalReader(lab.State.Journal).Read(from).Where(e => e.Agent == agent && (e.Destination == address || e.End == "new_flows_over_limit"))];
            recorded = own.Sum(e => e.Event == "counted" ? e.Count : 1);
        }
        Assert.Equal(sent, recorded);
        Assert.All(own, e => Assert.Equal("deny", e.Verdict));
        // What the kernel refused from memory stands under the flow of the refusal that it remembered. All else came to user space, or was over the agent's rate.
        HashSet<string?> remembered = [.. own.Where(e => e.Event == "decision").Select(e => e.Flow)];
        Assert.InRange(own.Where(e => e.Event == "counted" && remembered.Contains(e.Flow)).Sum(e => e.Count), sent * 9 / 10, sent);
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
    [InlineData("syn-flood", "denied", 443)]
    [InlineData("syn-flood", "permitted", 443)]
    [InlineData("udp-flood", "denied", 4433)]
    [InlineData("dns-flood", "resolver", 53)]
    public async Task A_flood_by_one_agent_leaves_another_four_fifths_of_its_rate(string flood, string target, int port)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string address = target switch { "denied" => Address(4), "permitted" => await AddressOfAsync("openclaw.ai"), _ => Resolver };
        List<double> ratios = [];
        for (int i = 0; i < 3; i++)
        {
            int alone = await HonestAsync();
            Task load = FloodAsync("coding-1", flood, address, port, 25_000, 5_000);
            int beside = await HonestAsync();
            await load;
            ratios.Add((double)beside / alone);
        }
        ratios.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"{flood} to {target}: {string.Join(" ", ratios.Select(r => r.ToString("0.00", CultureInfo.InvariantCulture)))}");
        Assert.True(ratios[1] >= 0.8, $"{flood} to {target}: {string.Join(" ", ratios)}");
    }

    private async Task<int> HonestAsync() => Number(await lab.RunAsync("support-1", [.. LabPrograms.Exeat, "lab-attack", "honest-loop", "0.0.0.0", "443", "3:40", "openclaw.ai"]), "made ");

    private async Task FloodAsync(string agent, string kind, string address, int port, int count, int rate) =>
        Assert.Equal(count, Number(await lab.RunAsync(agent, [.. LabPrograms.Exeat, "lab-attack", kind, address, $"{port}", $"{count}", $"{rate}"]), "sent "));

    private static int Number(Finished finished, string word)
    {
        string line = finished.Output.Split('\n').FirstOrDefault(l => l.StartsWith(word, StringComparison.Ordinal)) ?? "";
        Assert.True(line.Length > 0, $"{finished.Status}: {finished.Output} {finished.LastLine}");
        return int.Parse(line.AsSpan(word.Length), CultureInfo.InvariantCulture);
    }

    private async Task<string> AddressOfAsync(string name) => (await lab.RunAsync("coding-1", "dig", "+short", name, "A")).Output.Trim().Split('\n')[^1];

    private static string Address(int family) => family == 4 ? WorldMap.Attacker.Address4 : WorldMap.Attacker.Address6;
}
