using Exeat.Policy.Tests.Documents;

namespace Exeat.Policy.Tests.Packs;

/// <summary><c>without</c>: a provider's names leave a group together, and somebody answers for it.</summary>
public class ApprovalTests
{
    private const string Models = """
        mode: enforce
        webGroups:
          models:
            names:
            - {name: api.one.example, provider: one, tier: exception, why: first, owner: sec}
            - {name: "**.one.example.net", provider: one}
            - {name: api.two.example, provider: two}
            - loose.example.org
            without: [WITHOUT]
          approved: {names: [APPROVED]}
        rules:
        - {name: shadow-model-deny, priority: 10, to: {names: [models]}, action: deny}
        - {name: allow-model-gateways, priority: 40, to: {names: [approved]}, protocol: tcp, ports: [443], action: permit}

        """;

    [Fact]
    public void An_approved_providers_names_leave_the_group_together_and_stay_readable()
    {
        Policy policy = Load("{provider: one, owner: platform, why: contract 7}", "api.one.example").Policy!;
        WebGroup models = policy.WebGroups["models"];
        Assert.Equal(["api.two.example", "loose.example.org"], models.Entries.Select(entry => entry.Pattern.Text));
        ProviderApproval approval = Assert.Single(models.Without);
        Assert.Equal(("one", "platform", "contract 7"), (approval.Provider, approval.Owner, approval.Why));
        Assert.Equal(["api.one.example", "**.one.example.net"], approval.Entries.Select(entry => entry.Pattern.Text));
        Assert.Equal((NameTier.Exception, "one", "first", "sec"), (approval.Entries[0].Tier, approval.Entries[0].Provider, approval.Entries[0].Why, approval.Entries[0].Owner));
        Assert.Equal(["api.two.example", "loose.example.org"], policy.Rules[0].ToNames.Select(entry => entry.Pattern.Text));
    }

    [Fact]
    public void An_approval_permits_nothing_by_itself()
    {
        Policy policy = Load("{provider: one, owner: platform, why: contract 7}", "other.example.com").Policy!;
        CompiledPolicy compiled = CompiledPolicy.Compile(policy, Loading.Agents("- {id: a}\n").Agents!, Loading.Today);
        Assert.True(DestinationText.TryParse("https://api.one.example", null, null, out Destination? to, out _));
        Assert.Equal("default-deny", PolicyWalk.Take(compiled, 0, to).Outcome.Rule);
    }

    [Theory]
    [InlineData("", "api.one.example", "both approved and denied")]
    [InlineData("{provider: two, owner: o, why: w}", "api.one.example", "both approved and denied")]
    [InlineData("{provider: one, owner: o, why: w}", "\"*.two.example\"", "both approved and denied")]
    [InlineData("{provider: twoo, owner: o, why: w}", "x.example.com", "did you mean two?")]
    [InlineData("{provider: api.one.example, owner: o, why: w}", "x.example.com", "has the provider api.one.example")]
    [InlineData("{provider: one, why: w}", "x.example.com", "the key owner is missing")]
    [InlineData("{provider: one, owner: o}", "x.example.com", "the key why is missing")]
    [InlineData("{provider: one, owner: \"\", why: w}", "x.example.com", "owner is empty")]
    [InlineData("{owner: o, why: w}", "x.example.com", "the key provider is missing")]
    [InlineData("{provider: one, owner: o, why: w}, {provider: one, owner: o, why: w}", "x.example.com", "twice")]
    [InlineData("one", "x.example.com", "a mapping is expected")]
    public void What_is_wrong_with_an_approval_is_said(string without, string approved, string what) =>
        Assert.Contains(Load(without, approved).Problems, p => p.Severity == Severity.Error && p.Line > 0 && (p.What + "; " + p.Remedy).Contains(what, StringComparison.Ordinal));

    [Fact]
    public void When_all_are_approved_the_deny_is_empty_and_the_policy_loads()
    {
        LoadResult loaded = Loading.Policy(Models.Replace("    - loose.example.org\n", "", StringComparison.Ordinal)
            .Replace("WITHOUT", "{provider: one, owner: o, why: w}, {provider: two, owner: o, why: w}", StringComparison.Ordinal).Replace("APPROVED", "api.two.example", StringComparison.Ordinal));
        Assert.NotNull(loaded.Policy);
        Assert.False(loaded.Policy.CanMatch(loaded.Policy.Rules[0]));
    }

    private static LoadResult Load(string without, string approved) =>
        Loading.Policy(Models.Replace("WITHOUT", without, StringComparison.Ordinal).Replace("APPROVED", approved, StringComparison.Ordinal));
}
