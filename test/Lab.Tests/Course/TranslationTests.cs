using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Course;

/// <summary>Behind address translation: what the gateway sends in an agent's name takes the same way out as the agent's own packets, resets included.</summary>
public sealed class TranslationTests(EnforcedLab lab) : IClassFixture<EnforcedLab>
{
    private const string Masquerade = """
        table inet translate
        delete table inet translate
        table inet translate {
          chain out {
            type nat hook postrouting priority 100;
            oifname "wan" masquerade
          }
        }
        """;

    [Theory]
    [InlineData("hello-pieces", 4), InlineData("hello-pieces", 6)]
    [InlineData("hello-huge", 4), InlineData("hello-huge", 6)]
    public async Task A_hello_in_pieces_passes(string kind, int family)
    {
        await TranslateAsync();
        Outcome outcome = await lab.TryAsync(kind, "openclaw.ai", family);
        Assert.True(outcome.Client.Succeeded, outcome.Client.LastLine);
        Assert.True(outcome.After.Has(outcome.Attempt.Canary));
        // It was translated: nothing came from the agent's own address.
        Assert.Equal(0, outcome.After.From(outcome.Attempt.Source, outcome.Attempt.Address, 6, 443).Payload - outcome.Before.From(outcome.Attempt.Source, outcome.Attempt.Address, 6, 443).Payload);
    }

    [Theory, InlineData("spoofed-sni", 4), InlineData("spoofed-sni", 6), InlineData("hello-pieces", 4), InlineData("hello-pieces", 6)]
    public async Task A_refused_hello_leaves_no_connection_half_open_at_the_server(string kind, int family)
    {
        await TranslateAsync();
        Assert.True((await lab.TryAsync("https", "login.example.com", family)).Client.Succeeded);
        Outcome outcome = await lab.TryAsync(kind, "openclaw.ai@identity", family);
        Assert.False(outcome.Client.Succeeded);
        SeenRecord? record = await lab.RecordOfAsync(outcome);
        Assert.Equal("name-not-bound", record?.Reason);
        Finished open = await lab.RunAsync(LabPlan.World, "ss", "-Htn", "state", "established", $"( src {(family == 6 ? $"[{outcome.Attempt.Address}]" : outcome.Attempt.Address)} )");
        Assert.True(open.Succeeded, open.LastLine);
        Assert.Equal("", open.Output.Trim());
    }

    private async Task TranslateAsync()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Finished set = await lab.RunAsync(LabPlan.Gateway, "nft", Masquerade);
        Assert.True(set.Succeeded, set.LastLine);
    }
}
