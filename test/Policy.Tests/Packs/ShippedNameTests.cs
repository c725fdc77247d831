using System.Collections.Immutable;

namespace Exeat.Policy.Tests.Packs;

/// <summary>Every name of the shipped packs: it says whose it is and why it is there, matches what it means, and what is denied stays denied for every class.</summary>
public class ShippedNameTests
{
    private const string Approve = "owner: platform, why: contract";

    // Everything that can be switched on, so that no permit of a class hides behind a default.
    private static readonly Dictionary<string, string> Wide = new()
    {
        ["locked-down"] = "",
        ["coding"] = ", packages: enforce, osUpdatesOverHttp: enforce",
        ["research"] = ", packages: enforce, osUpdatesOverHttp: enforce",
        ["support"] = ", packages: enforce, osUpdatesOverHttp: enforce",
        ["regulated"] = "",
    };

    private static readonly Policy Plain = Shipped.Load("coding", "region: eu-west-1, account: \"123456789012\", buckets: [acme]").Policy!;

    private static readonly string[] Denying = [.. Plain.Rules.Where(rule => rule.Priority < 18).SelectMany(rule => rule.ToWebGroups)];

    public static TheoryData<string> Classes => [.. Shipped.Classes];

    [Fact]
    public void Every_pack_can_be_read_and_says_what_it_is()
    {
        PackCatalogResult catalog = PackCatalog.Read(Shipped.Directory);
        Assert.Equal([], catalog.Problems.Select(problem => problem.ToString()));
        Assert.Equal(["base", .. Shipped.Classes.Select(name => "classes/" + name)], catalog.Packs.Select(pack => pack.Name).Where(name => name == "base" || name.StartsWith("classes/", StringComparison.Ordinal)));
        Assert.All(catalog.Packs, pack => Assert.All(pack.Parameters, parameter => Assert.False(string.IsNullOrEmpty(parameter.Why), $"{pack.Name}: {parameter.Name} has no why")));
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Every_name_has_a_reason_and_a_tier_and_every_rule_an_owner_and_a_reason(string @class)
    {
        Policy policy = Shipped.Load(@class, "region: [eu-west-1, us-gov-west-1], account: \"123456789012\", buckets: [acme, acme-logs]" + Wide[@class]).Policy!;
        Assert.All(policy.WebGroups.Values.SelectMany(group => group.Entries), entry => Assert.True(entry is { Why: not null, Tier: not null }, $"{entry.Pattern} ({entry.Where})"));
        Assert.All(policy.Rules, rule => Assert.True(rule is { Why: not null, Owner: "platform" }, rule.Name));
        Assert.All(policy.WebGroups["wg-unapproved-model-providers"].Entries.Concat(policy.WebGroups["wg-exfil-dual-use"].Entries), entry => Assert.NotNull(entry.Provider));
    }

    [Fact]
    public void Every_pattern_matches_its_own_samples_and_no_near_name()
    {
        foreach (NameEntry entry in Plain.WebGroups.Values.SelectMany(group => group.Entries))
        {
            foreach (string sample in Shipped.Samples(entry.Pattern))
            {
                Assert.True(Shipped.Matches(entry.Pattern, sample), $"{entry.Pattern} and {sample}");
                Assert.False(Shipped.Matches(entry.Pattern, sample + ".evil.example"), $"{entry.Pattern}");
                Assert.False(Shipped.Matches(entry.Pattern, "evil" + sample) && !entry.Pattern.Text.StartsWith('*'), $"{entry.Pattern}");
            }
        }
    }

    [Fact]
    public void The_lists_of_denials_are_long_and_disjoint()
    {
        Assert.True(Plain.WebGroups["wg-unapproved-model-providers"].Entries.Length >= 110);
        Assert.True(Denying.Sum(group => Plain.WebGroups[group].Entries.Length) >= 230);
        string[] all = [.. Denying.SelectMany(group => Plain.WebGroups[group].Entries).Select(entry => entry.Pattern.Text)];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void A_class_denies_every_name_of_the_lists_by_its_rule(string @class)
    {
        Policy policy = Shipped.Load(@class, Everything(@class)).Policy!;
        CompiledPolicy compiled = Shipped.Compile(policy, @class);
        foreach ((string sample, string rule) in Denied(policy))
        {
            foreach (string to in new[] { $"dns://{sample}", $"https://{sample}", $"http://{sample}", $"tcp://{sample}:8443", $"udp://{sample}:443" })
            {
                Assert.Equal($"{to} deny by {rule}", $"{to} {Shipped.Try(compiled, to)}");
                if (!to.StartsWith("dns", StringComparison.Ordinal)) Assert.Equal($"{to} deny by {rule}", $"{to} {Shipped.Try(compiled, to, at: "2001:db8::1")}");
            }
            // A hello that names it towards a place that a permit opens by address alone.
            Assert.StartsWith("deny", Hello(compiled, sample), StringComparison.Ordinal);
        }
        // Control: the class does permit its model.
        Assert.Equal("permit by allow-model-gateways", Shipped.Try(compiled, "https://integrate.api.nvidia.com"));
        Assert.Equal("permit by allow-model-gateways-cidrs", Shipped.Try(compiled, "https://203.0.113.7"));
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Approving_a_provider_alone_permits_nothing_and_lets_no_other_go(string @class)
    {
        Policy plain = Shipped.Load(@class, Everything(@class)).Policy!;
        foreach (string provider in Providers(plain, "wg-unapproved-model-providers"))
        {
            Policy policy = Shipped.Load(@class, Everything(@class) + $", approvedProviders: [{{provider: {provider}, {Approve}}}]").Policy!;
            CompiledPolicy compiled = Shipped.Compile(policy, @class);
            Assert.Equal(provider, Assert.Single(policy.WebGroups["wg-unapproved-model-providers"].Without).Provider);
            foreach ((string sample, _) in Denied(plain)) Assert.StartsWith($"{sample} deny", $"{sample} {Shipped.Try(compiled, $"https://{sample}")}", StringComparison.Ordinal);
            Assert.Equal(plain.WebGroups["wg-unapproved-model-providers"].Entries.Length,
                policy.WebGroups["wg-unapproved-model-providers"].Entries.Length + policy.WebGroups["wg-unapproved-model-providers"].Without[0].Entries.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Approving_a_provider_and_permitting_one_name_of_it_permits_that_one(string @class)
    {
        Policy plain = Shipped.Load(@class, Everything(@class)).Policy!;
        foreach (IGrouping<string?, NameEntry> provider in plain.WebGroups["wg-unapproved-model-providers"].Entries.GroupBy(entry => entry.Provider))
        {
            string wanted = Shipped.Samples(provider.First().Pattern).First();
            string gateway = $", modelGateways: [{{name: {wanted}, tier: site, why: contract, owner: platform}}]";
            LoadResult both = Shipped.Load(@class, Everything(@class) + gateway + $", approvedProviders: [{{provider: {provider.Key}, {Approve}}}]");
            Assert.Equal([], both.Problems.Select(problem => problem.ToString()));
            CompiledPolicy compiled = Shipped.Compile(both.Policy!, @class);
            Assert.Equal("permit by allow-model-gateways", Shipped.Try(compiled, $"https://{wanted}"));
            Assert.Equal("permit by allow-model-gateways", Shipped.Try(compiled, $"https://{wanted}", at: "2001:db8::1"));
            Assert.All(Denied(plain).Where(denied => denied.Sample != wanted), denied => Assert.StartsWith("deny", Shipped.Try(compiled, $"https://{denied.Sample}"), StringComparison.Ordinal));
            // Without the approval the check refuses.
            Assert.Contains("both approved and denied", string.Join('\n', Shipped.Load(@class, Everything(@class) + gateway).Problems.Select(problem => problem.What)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Dual_use_needs_an_approval_and_a_rule(string @class)
    {
        const string Rule = "webGroups: {own: {names: [api.telegram.org]}}\nrules:\n- {name: allow-channel-telegram, priority: 71, from: [sg-agent-vm-subnet], to: {names: [own]}, protocol: tcp, ports: [443], action: permit}\n";
        string approved = $"approvedDualUse: [{{provider: telegram, {Approve}}}]";
        Assert.Contains("is shadowed", string.Join('\n', Shipped.Load(@class, "", Rule).Problems.Select(problem => problem.What)), StringComparison.Ordinal);
        Assert.Equal("deny by default-deny", Shipped.Try(Shipped.Compile(Shipped.Load(@class, approved).Policy!, @class), "https://api.telegram.org"));
        CompiledPolicy compiled = Shipped.Compile(Shipped.Load(@class, approved, Rule).Policy!, @class);
        Assert.Equal("permit by allow-channel-telegram", Shipped.Try(compiled, "https://api.telegram.org"));
        Assert.Equal("deny by known-exfil-dual-use", Shipped.Try(compiled, "https://discord.com"));
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Another_class_gets_nothing(string @class)
    {
        Policy policy = Shipped.Load(@class, Everything(@class)).Policy!;
        CompiledPolicy compiled = Shipped.Compile(policy, @class);
        foreach (string sample in policy.WebGroups.Values.SelectMany(group => group.Entries).SelectMany(entry => Shipped.Samples(entry.Pattern)))
            Assert.StartsWith($"{sample} deny", $"{sample} {Shipped.Try(compiled, $"https://{sample}", agent: 1)}", StringComparison.Ordinal);
        Assert.Equal("deny by deny-dns-exfil-udp", Shipped.Try(compiled, "udp://192.0.2.53:53", agent: 1));
    }

    private static string Everything(string @class) => "region: eu-west-1, account: \"123456789012\", buckets: [acme], modelGatewayCidrs: [203.0.113.0/24, \"2001:db8:7::/48\"]" + Wide[@class];

    private static string[] Providers(Policy policy, string group) => [.. policy.WebGroups[group].Entries.Select(entry => entry.Provider).OfType<string>().Distinct()];

    private static ImmutableArray<(string Sample, string Rule)> Denied(Policy policy) =>
        [.. policy.Rules.Where(rule => rule.Priority < 18).SelectMany(rule => rule.ToNames.SelectMany(entry => Shipped.Samples(entry.Pattern)).Select(sample => (sample, rule.Name)))];

    private static string Hello(CompiledPolicy policy, string name)
    {
        Assert.True(DestinationText.TryParse($"https://integrate.api.nvidia.com", "203.0.113.7", name, out Destination? destination, out _));
        WalkStep outcome = PolicyWalk.Take(policy, 0, destination).Outcome;
        return $"{(outcome.Decision.Verdict == Verdict.Permit ? "permit" : "deny")} by {outcome.Rule}";
    }
}
