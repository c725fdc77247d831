using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>Names that lead inside (D6), and bare inside addresses (vca check 8).</summary>
public sealed class RebindingTests(EnforcedLab lab, OpenLab open) : IClassFixture<EnforcedLab>, IClassFixture<OpenLab>
{
    [Theory, InlineData(4), InlineData(6)]
    public async Task A_name_that_resolves_to_a_private_address_is_denied(int family) =>
        await Contained.AssertAsync(lab, open, "https-credential", "rebound.example.org", family, agent: "research-1");

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_rule_with_name_and_address_reaches_the_private_address_it_states(int family)
    {
        Outcome outcome = await lab.TryAsync("https", "ledger.corp.example", family, agent: "regulated-1");
        Assert.True(outcome.Client.Succeeded, outcome.Client.LastLine);
        Assert.True(outcome.After.Has(outcome.Attempt.Canary));
        Assert.Equal("allow-internal-apis", (await lab.RecordOfAsync(outcome))?.Rule);
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task The_same_private_address_without_its_name_is_denied(int family) =>
        await Contained.AssertAsync(lab, open, "https-address", "@internal-api", family, agent: "regulated-1", rule: "deny-eastwest");
}
