using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Course;

/// <summary>Monitor lets pass and tells the truth (I6).</summary>
public sealed class ModeTests(MonitoredLab lab) : IClassFixture<MonitoredLab>
{
    [Theory]
    [InlineData("https", "api.anthropic.com", 443, "shadow-model-deny", 4), InlineData("https", "api.anthropic.com", 443, "shadow-model-deny", 6)]
    [InlineData("https", "www.unknown-host.example", 443, "default-deny", 4), InlineData("https", "www.unknown-host.example", 443, "default-deny", 6)]
    [InlineData("spoofed-sni", "openclaw.ai@attacker", 443, "default-deny", 4), InlineData("spoofed-sni", "openclaw.ai@attacker", 443, "default-deny", 6)]
    [InlineData("tcp-send", "@database", 5432, "deny-eastwest", 4), InlineData("tcp-send", "@database", 5432, "deny-eastwest", 6)]
    [InlineData("lookup", "openclaw.ai@public-resolver", 53, "deny-dns-exfil-udp", 4), InlineData("lookup", "openclaw.ai@public-resolver", 53, "deny-dns-exfil-udp", 6)]
    [InlineData("dns-labels", "q.exfil.attacker.example@resolver", 53, "default-deny", 4)]
    public async Task What_enforce_would_refuse_arrives_and_is_recorded_as_would_deny(string kind, string to, int port, string rule, int family)
    {
        Outcome outcome = await lab.TryAsync(kind, to, family, port);
        Assert.True(outcome.Arrived, outcome.Client.LastLine);
        SeenRecord? record = await lab.RecordOfAsync(outcome);
        Assert.NotNull(record);
        Assert.Equal(("deny", rule, false, "monitor"), (record.Verdict, record.Rule, record.Enforced, record.Mode));
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task What_enforce_would_permit_is_recorded_as_a_permit(int family)
    {
        Outcome outcome = await lab.TryAsync("https", "openclaw.ai", family);
        Assert.True(outcome.Client.Succeeded, outcome.Client.LastLine);
        Assert.Equal("allow-core", (await lab.RecordOfAsync(outcome))?.Rule);
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task Agents_are_kept_apart_in_monitor_too(int family) =>
        Assert.False((await lab.TryAsync("tcp-send", "@peer", family, port: 7000)).Arrived);
}
