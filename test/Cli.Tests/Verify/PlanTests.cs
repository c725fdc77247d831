using Exeat.Cli.Verify;
using Exeat.Names;
using Exeat.Policy;
using Probe = Exeat.Cli.Verify.Probe;

namespace Exeat.Cli.Tests.Verify;

/// <summary>What is planned from a policy: everything of this agent, nothing of another's, and never an escape that the policy permits.</summary>
public sealed class PlanTests
{
    [Fact]
    public void Each_rule_that_permits_this_agent_by_name_is_tried_in_each_family_with_names_that_may_exist_first()
    {
        VerifyGround ground = ImaginedGround.Of();
        Trial[] permits = [.. TrialPlan.Permits(ground)];
        Assert.Equal(["permit/allow-core/4", "permit/allow-core/6", "permit/allow-inside/4", "permit/allow-inside/6"], permits.Select(t => t.Id).Order());
        Trial core = permits[0];
        // The policy's own test names it; then what is written out; then what our guess makes of a pattern.
        Assert.Equal(["core.example", "deep.example", "www.wide.example"], core.Names.Select(n => n.Text));
        Assert.Equal((ProbeKind.Tls, 443), (core.Kind, core.Port));
        Assert.Equal(8443, permits.First(t => t.Rule == "allow-inside").Port);
        Assert.Equal(["allow-clock"], TrialPlan.Untried(ground).Select(r => r.Name));
    }

    [Fact]
    public void Denied_names_unknown_names_and_the_policys_tests_are_tried()
    {
        VerifyGround ground = ImaginedGround.Of();
        Assert.Equal(["deny/deny-models/api.models.example/4", "deny/deny-models/api.models.example/6", "deny/deny-models/www.models.example/4", "deny/deny-models/www.models.example/6"], TrialPlan.Denials(ground).Select(t => t.Id).Order());
        Assert.Equal(["test/https://api.github.example/4", "test/https://api.github.example/6", "test/https://core.example/4", "test/https://core.example/6"], TrialPlan.Tests(ground).Select(t => t.Id).Order());
        Assert.Equal(["unknown/example.com/4", "unknown/example.com/6", "unknown/made-up/4", "unknown/made-up/6"], TrialPlan.Unknown(ground).Select(t => t.Id).Order());
        Assert.Single(TrialPlan.Denials(ImaginedGround.Of(names: 1)), t => t.Family == 4);
    }

    [Fact]
    public void The_basic_escapes_are_all_there_in_both_families_and_each_is_one_that_the_evaluator_denies()
    {
        VerifyGround ground = ImaginedGround.Of();
        foreach (int family in (int[])[4, 6])
        {
            VerifyCheck[] checks = [.. new EscapePlan(ground, family, family == 4 ? ImaginedGround.Alive : []).All()];
            Assert.All(checks, c => Assert.False(c.Expected.Permits, c.Id));
            Assert.All(checks, c => Assert.Equal(family, c.Family));
            Assert.Equal(checks.Length, checks.Select(c => c.Id).Distinct().Count());
            Assert.Equal(checks.Length, checks.Select(c => c.Probe.Token).Distinct().Count());
            string[] wanted = ["spoofed-sni-elsewhere", "forged-host", "literal-443", "literal-22", "quic-elsewhere", "udp-elsewhere", "echo-elsewhere", "labels-nobodys", "labels-permitted", "labels-denied-tcp", "free-text", "other-agent-a2-tcp", "other-agent-a2-udp"];
            Assert.Equal([], wanted.Except(checks.Select(c => c.Id.Split('/')[1])));
            Assert.Contains(checks, c => c.Id.StartsWith("escape/resolver-", StringComparison.Ordinal) && c.Id.Contains("-tls/", StringComparison.Ordinal));
            Assert.Contains(checks, c => c.Id == (family == 4 ? "escape/metadata-169.254.169.254/4" : "escape/metadata-fd00:ec2::254/6"));
            Assert.Contains(checks, c => c.Id.StartsWith(family == 4 ? "escape/sideways-10.0.0.0/8/" : "escape/sideways-fd00::/8/", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_name_is_spoofed_only_where_it_is_not_at_home_and_there_the_control_is_the_host_itself()
    {
        VerifyGround ground = ImaginedGround.Of();
        VerifyCheck spoofed = new EscapePlan(ground, 4, ImaginedGround.Alive).All().Single(c => c.Id == "escape/spoofed-sni/4");
        Assert.Equal(("core.example", ImaginedGround.Other, Witness.AnsweredBefore), (spoofed.Probe.Name!.Text, spoofed.Probe.To, spoofed.Witness));
        Assert.Contains(Reason.NameNotBound, spoofed.Expected.Reasons);
        // Both names at one address: nothing there would be spoofed.
        AliveHost[] together = [.. ImaginedGround.Alive.Select(h => h with { Address = ImaginedGround.Core, All = [ImaginedGround.Core] })];
        Assert.DoesNotContain(new EscapePlan(ground, 4, together).All(), c => c.Id == "escape/spoofed-sni/4");
    }

    [Fact]
    public void What_the_policy_permits_is_no_escape()
    {
        string open = ImaginedGround.Policy.Replace("rules:\n", "rules:\n- {name: allow-echo, priority: 11, from: [coders], protocol: icmp, action: permit}\n- {name: allow-ssh, priority: 12, from: [coders], protocol: tcp, ports: [22], action: permit}\n", StringComparison.Ordinal);
        VerifyCheck[] checks = [.. new EscapePlan(ImaginedGround.Of(open), 4, ImaginedGround.Alive).All()];
        Assert.DoesNotContain(checks, c => c.Id is "escape/echo-elsewhere/4" or "escape/literal-22/4");
        Assert.Contains(checks, c => c.Id == "escape/literal-25/4");
        // No rule opens another agent, the gateway, metadata.
        Assert.Contains(checks, c => c.Id == "escape/other-agent-a2-echo/4");
        Assert.Contains(checks, c => c.Id == "escape/gateway-22/4");
    }

    [Fact]
    public void Addresses_in_ranges_are_different_each_time_and_never_ones_that_are_permitted()
    {
        HashSet<Address> seen = [];
        for (int seed = 0; seed < 40; seed++)
        {
            VerifyCheck check = new EscapePlan(ImaginedGround.Of(seed: seed), 4, []).All().First(c => c.Id.StartsWith("escape/sideways-10.0.0.0/8", StringComparison.Ordinal));
            seen.Add(check.Probe.To);
        }
        Assert.True(seen.Count > 30);
        for (int length = 0; length <= 32; length++)
        {
            var prefix = Prefix.Of(Address.V4(0xcb007100), length);
            Assert.True(prefix.Contains(AddressSamples.In(prefix, new Random(length))), prefix.ToString());
        }
        for (int length = 0; length <= 128; length++)
        {
            var prefix = Prefix.Of(Address.V6((UInt128)0x20010db8 << 96), length);
            Assert.True(prefix.Contains(AddressSamples.In(prefix, new Random(length))), prefix.ToString());
        }
    }

    [Fact]
    public void The_far_side_is_tried_with_every_protocol_and_its_counts_are_asked_for_only_over_a_permitted_way()
    {
        VerifyGround ground = ImaginedGround.Of() with { Far = [Address.V4(0xcb0071c8)] };
        VerifyCheck[] checks = [.. FarPlan.Of(ground, 4, ImaginedGround.Alive)];
        Assert.Equal(["dns-tcp", "dns-tls", "dns-udp", "echo", "forged-host", "no-sni", "quic", "spoofed-sni", "tcp-22", "tcp-8443", "udp-4444"], checks.Select(c => c.Id.Split('/')[1]).Order(StringComparer.Ordinal));
        Assert.All(checks, c => Assert.True(c.IsFar && !c.Expected.Permits && c.Probe.Token.StartsWith(ground.Tokens.Run, StringComparison.Ordinal)));
        Assert.Empty(new FarCounts(ground, null).Ways([8444]));
        string open = ImaginedGround.Policy.Replace("rules:\n", "rules:\n- {name: allow-far, priority: 11, to: {groups: [far]}, protocol: tcp, ports: [8444], action: permit}\n", StringComparison.Ordinal)
            .Replace("smartGroups:\n", "smartGroups:\n  far: {cidrs: [203.0.113.200/32]}\n", StringComparison.Ordinal);
        Assert.Equal([8444], new FarCounts(ImaginedGround.Of(open) with { Far = ground.Far }, null).Ways([8444]).Select(w => (int)w.Port));
    }

    [Theory]
    [InlineData("a1", "192.0.2.6", 0)]
    [InlineData(null, "192.0.2.6", 1)]
    [InlineData(null, "2001:db8:a:1::2", 0)]
    public void The_agent_is_the_one_named_or_the_one_whose_address_this_place_has(string? id, string own, int expected)
    {
        var place = new Place([AddressSamples.Parse(own)], [], [], [4]);
        Assert.Equal(expected, GroundSurvey.FindAgent(ImaginedGround.Of().Compiled, id, place));
    }

    [Theory]
    [InlineData("a9", "192.0.2.2")]
    [InlineData(null, "192.0.2.99")]
    public void An_agent_that_cannot_be_told_is_asked_for(string? id, string own)
    {
        CommandFailure failure = Assert.Throws<CommandFailure>(() => GroundSurvey.FindAgent(ImaginedGround.Of().Compiled, id, new Place([AddressSamples.Parse(own)], [], [], [4])));
        Assert.Equal(2, failure.ExitCode);
        Assert.Contains("a1, a2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolvers_of_this_place_are_read_without_stubs() => Assert.Equal(
        ["198.51.100.53", "2001:db8:53::53"],
        Place.Nameserver(["# nameserver 192.0.2.1", "nameserver 127.0.0.53", "nameserver\t198.51.100.53", "nameserver 2001:db8:53::53  ", "nameserver fe80::1%eth0", "nameserver", "search x"]).Select(a => a.ToString()));
}
