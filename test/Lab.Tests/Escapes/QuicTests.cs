using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>QUIC by name, with real programs (Q2, Q4). Initials of an attacker's making are lines of the catalogue.</summary>
public sealed class QuicTests(DatagramLab lab, OpenDatagramLab open) : IClassFixture<DatagramLab>, IClassFixture<OpenDatagramLab>
{
    [Theory]
    [InlineData(4, 443, "allow-core-quic")]
    [InlineData(6, 443, "allow-core-quic")]
    [InlineData(4, 8443, "allow-retry-quic")]
    [InlineData(6, 8443, "allow-retry-quic")]
    public async Task A_real_client_reaches_a_permitted_name_at_the_first_attempt_also_after_a_Retry(int family, int port, string rule)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Outcome fetched = await lab.TryAsync("http3", "openclaw.ai", family, port, decision: "permit");
        Assert.True(fetched.Client.Succeeded && fetched.Arrived, fetched.Client.LastLine);
        Assert.True(fetched.Client.Took < TimeSpan.FromSeconds(2), $"{fetched.Client.Took}");
        SeenRecord? record = await lab.RecordOfAsync(fetched);
        Assert.NotNull(record);
        Assert.True((record.Rule, record.Stage) == (rule, "hello"), $"{record}");
        Assert.Contains("openclaw.ai", record.Names);
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_real_client_is_told_at_once_that_a_name_is_permitted_over_TCP_only_and_falls_back(int family)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        // A name that the policy permits over TCP: it resolves, and QUIC to it is refused.
        Outcome refused = await Contained("quic-sni", "integrate.api.nvidia.com", family);
        Assert.Equal(1, refused.Client.Status);
        Assert.True((await lab.TryAsync("https", "integrate.api.nvidia.com", family)).Client.Succeeded);
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_permitted_name_to_another_address_does_not_arrive(int family) => await Contained("quic-sni", "openclaw.ai@attacker", family);

    private async Task<Outcome> Contained(string kind, string to, int family)
    {
        Outcome control = await open.TryAsync(kind, to, family);
        for (int i = 0; i < 3 && !control.Arrived; i++) control = await open.TryAsync(kind, to, family);
        Assert.True(control.Arrived, $"the control run did not arrive, so this test shows nothing: {control.Client.LastLine}");
        Outcome attack = await lab.TryAsync(kind, to, family);
        Assert.False(attack.Arrived, $"{kind} to {to} escaped over IPv{family}");
        SeenRecord? record = await lab.RecordOfAsync(attack);
        Assert.True(record is { Verdict: "deny", Enforced: true }, $"{kind} to {to} over IPv{family}: {record} {attack.Client.LastLine}");
        return attack;
    }
}
