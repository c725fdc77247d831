using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>Somebody else's <c>nft flush ruleset</c> (I1; K6).</summary>
public sealed class RulesetFlushTests(EnforcedLab lab, OpenLab open) : IClassFixture<EnforcedLab>, IClassFixture<OpenLab>
{
    private const string Nft = "/usr/sbin/nft";
    private const int Rounds = 4;

    [Theory, InlineData(4), InlineData(6)]
    public async Task Nothing_denied_passes_while_the_ruleset_is_gone_and_permitted_names_work_after(int family)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Assert.SkipUnless(File.Exists(Nft), $"{Nft} is missing; it comes with the package nftables");
        Assert.True((await open.TryAsync("tcp-send", "@attacker", family, port: 22)).Arrived, "the control run did not arrive");
        Assert.True((await lab.TryAsync("https", "openclaw.ai", family)).Client.Succeeded);

        for (int round = 0; round < Rounds; round++)
        {
            Task<Outcome> denied = lab.TryAsync("tcp-send", "@attacker", family, port: 22);
            Task<Outcome> datagrams = lab.TryAsync("udp-send", "@attacker", family, port: 6667, agent: "research-1");
            Finished flush = await lab.RunAsync(LabPlan.Gateway, Nft, "flush", "ruleset");
            Assert.True(flush.Succeeded, flush.LastLine);
            Assert.False((await denied).Arrived);
            Assert.False((await datagrams).Arrived);
        }
        Outcome after = await AfterRepairAsync(family);
        Assert.True(after.After.Has(after.Attempt.Canary), "permitted names do not work after the repair: " + after.Client.LastLine);
        Assert.False((await lab.TryAsync("https-address", "@attacker", family)).Arrived);
    }

    private async Task<Outcome> AfterRepairAsync(int family)
    {
        Outcome outcome = await lab.TryAsync("https", "openclaw.ai", family);
        for (int i = 0; i < 5 && !outcome.Client.Succeeded; i++) outcome = await lab.TryAsync("https", "openclaw.ai", family);
        return outcome;
    }
}
