using System.Xml.Linq;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Verification;

/// <summary><c>exeat verify</c> behind a gateway that enforces.</summary>
/// <remarks>
/// <code>
///   coding-1: exeat verify (nobody) ── ag-2 ── gateway (enforce) ── wan ── world
/// </code>
/// </remarks>
public sealed class EnforcedVerifyTests(EnforcedLab lab) : IClassFixture<EnforcedLab>
{
    [Fact]
    public async Task Behind_an_enforcing_gateway_everything_holds_in_both_families_with_rule_and_reason()
    {
        await LetPingAsync("coding-1");
        WorldSnapshot before = await lab.World.ReadAsync();
        VerifyOutput ran = await VerifyOutput.RunAsync(lab, "coding-1", "--journal", lab.State.Journal, "--other-resolver", WorldMap.PublicResolver.Address4, "--other-resolver", WorldMap.PublicResolver.Address6);
        Assert.True(ran.Status == 0, ran.Unheld);
        Assert.Equal(0, ran.Count("failed") + ran.Count("inconclusive"));
        foreach (int family in (int[])[4, 6])
        {
            foreach (string id in (string[])["permit/allow-core", "permit/allow-packages", "resolver/udp", "resolver/tcp", "escape/spoofed-sni", "escape/denied-sni", "escape/no-sni", "escape/http-on-443", "escape/literal-443", "escape/quic-elsewhere",
                "escape/udp-permitted-host", "escape/echo-elsewhere", "escape/labels-nobodys", "escape/labels-permitted-tcp", "escape/free-text", "escape/gateway-22", "escape/other-agent-locked-down-1-tcp", $"family/enforced-{family}"])
                Assert.Equal("held", ran.Outcome($"{id}/{family}"));
        }
        foreach (string id in (string[])["escape/metadata-169.254.169.254/4", "escape/metadata-fd00:ec2::254/6", "escape/resolver-198.51.100.8-udp/4", "escape/resolver-198.51.100.8-tls/4", "escape/resolver-2001:db8:8::8-tcp/6", "policy/applied/0", "policy/mode/0", "policy/tests/0"])
            Assert.Equal("held", ran.Outcome(id));
        // Every refusal has its record, and nothing of any of them came to the world: no packet to an address that is no permitted host's, no payload to one that is but for the permitted names.
        Assert.All(ran.Checks.Where(c => c.GetProperty("id").GetString()!.StartsWith("escape/", StringComparison.Ordinal) && c.GetProperty("outcome").GetString() == "held"), c => Assert.True(c.TryGetProperty("record", out _), c.ToString()));
        WorldSnapshot after = await lab.World.ReadAsync();
        foreach (string elsewhere in (string[])[WorldMap.PublicResolver.Address4, WorldMap.PublicResolver.Address6, WorldMap.Attacker.Address4, "10.20.0.5"])
            Assert.Equal(before.From("", elsewhere).Packets, after.From("", elsewhere).Packets);
        Assert.Equal(0, after.Asked("exeat-verify.example"));
    }

    [Theory]
    [InlineData("locked-down-1")]
    [InlineData("regulated-1")]
    public async Task Without_records_each_refusal_is_still_told_from_a_missing_host(string agent)
    {
        VerifyOutput ran = await VerifyOutput.RunAsync(lab, agent);
        Assert.True(ran.Status == 0, ran.Unheld);
        Assert.Equal("not-tested", ran.Outcome("policy/applied/0"));
        // Nobody gave this group the right to send echo requests: counted as not tested, never as held.
        Assert.Equal("not-tested", ran.Outcome("escape/echo-elsewhere/4"));
        Assert.True(ran.Count("not-tested") >= 3, ran.Unheld);
    }

    [Fact]
    public async Task The_gateways_socket_serves_in_place_of_the_journal_and_the_result_is_kept_in_each_form()
    {
        string results = Path.Combine(lab.State.Scratch, "results"), junit = Path.Combine(lab.State.Scratch, "verify.xml");
        Directory.CreateDirectory(results);
        VerifyOutput ran = await VerifyOutput.RunAsync(lab, "research-1", "--socket", Path.Combine(lab.State.Folder, "gateway.sock"), "--results", results, "--junit", junit, "--names", "1");
        Assert.True(ran.Status == 0, ran.Unheld);
        Assert.Contains(ran.Checks, c => c.TryGetProperty("record", out var record) && record.GetProperty("reason").GetString() == "name-not-bound");
        Assert.Equal("held", ran.Outcome("policy/applied/0"));

        XElement suites = XDocument.Load(junit).Root!;
        Assert.Equal(("testsuites", $"{ran.Checks.Count}", "0"), (suites.Name.LocalName, suites.Attribute("tests")!.Value, suites.Attribute("failures")!.Value));
        Assert.Equal(ran.Checks.Count, suites.Descendants("testcase").Count());
        Assert.Equal(ran.Count("not-tested"), suites.Descendants("skipped").Count());
        string line = Assert.Single(await File.ReadAllLinesAsync(Path.Combine(results, "verify.ndjson")));
        Assert.StartsWith("{\"v\":1,\"time\":\"", line, StringComparison.Ordinal);
        Assert.Contains($"\"agent\":\"research-1\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_policy_than_the_gateways_is_noticed()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string other = Path.Combine(lab.State.Scratch, "other.yaml");
        await File.WriteAllTextAsync(other, (await File.ReadAllTextAsync(Path.Combine(lab.State.Documents, LabFiles.PolicyName))).Replace("[crm.example.com, tickets.example.com]", "[crm.example.com, tickets.example.com, data.example.org]", StringComparison.Ordinal));
        VerifyOutput ran = await VerifyOutput.RunAsync(lab, "support-1", "--journal", lab.State.Journal, "--policy", other, "--names", "1");
        Assert.Equal((1, "failed"), (ran.Status, ran.Outcome("policy/applied/0")));
    }

    // The kernel asks the group's number in the lab's own namespace (icmp(7)).
    private async Task LetPingAsync(string agent)
    {
        if (!TestSpaces.Fresh) return;
        Finished ran = await lab.RunAsync(agent, "sh", "-c", "echo 0 0 > /proc/sys/net/ipv4/ping_group_range");
        Assert.True(ran.Succeeded, ran.Errors);
    }
}
