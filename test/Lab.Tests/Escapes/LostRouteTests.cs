using System.Globalization;
using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>
/// An agent whose route is gone while it is answered, as when its link goes down or its own end takes the link away: answers repeat the name that was asked for, refusals the packet that was refused, and the next best
/// route is the one to the world (K6).
/// </summary>
public sealed class LostRouteTests(EnforcedLab lab) : IClassFixture<EnforcedLab>
{
    private const string Agent = "coding-1";

    [Theory]
    [InlineData("dns-tunnel-small", "attacker.example@resolver", 53, 4)]
    [InlineData("dns-tunnel-small", "attacker.example@resolver", 53, 6)]
    [InlineData("udp-send", "@attacker", 7777, 4)]
    [InlineData("udp-send", "@attacker", 7777, 6)]
    public async Task K6_What_an_agent_is_answered_leaves_by_its_own_link_only(string kind, string to, int port, int family)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string[] routes = await RoutesAsync(family);
        Assert.NotEmpty(routes);
        try
        {
            foreach (string route in routes) await ChangeAsync(family, "del", route);
            long stopped = await StoppedAsync();
            Outcome outcome = await lab.TryAsync(kind, to, family, port, Agent);
            Assert.False(outcome.After.Has(outcome.Attempt.Canary), $"the answer to {kind} left by another way over IPv{family}");
            Assert.Equal("deny", (await lab.RecordOfAsync(outcome))?.Verdict);
            // Control: something was on its way out, and the rule is what stopped it. It counts nothing else.
            Assert.True(await StoppedAsync() > stopped, "nothing was on its way out, so this shows nothing");
        }
        finally
        {
            foreach (string route in routes) await ChangeAsync(family, "replace", route);
        }
    }

    private static string Link => LabPlan.Find(Agent)!.GatewayLink;

    private async Task<long> StoppedAsync()
    {
        string[] words = (await lab.RunAsync(LabPlan.Gateway, "nft", "list", "counter", "inet", "exeat", "towards_another_way")).Output.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(words[Array.IndexOf(words, "packets") + 1], CultureInfo.InvariantCulture);
    }

    private async Task<string[]> RoutesAsync(int family) =>
        [.. (await lab.RunAsync(LabPlan.Gateway, "ip", $"-{family}", "route", "show", "dev", Link)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(route => !route.StartsWith("fe80", StringComparison.Ordinal))];

    private async Task ChangeAsync(int family, string verb, string route)
    {
        Finished done = await lab.RunAsync(LabPlan.Gateway, ["ip", $"-{family}", "route", verb, .. route.Split(' ', StringSplitOptions.RemoveEmptyEntries), "dev", Link]);
        Assert.True(done.Succeeded, done.Errors);
    }
}
