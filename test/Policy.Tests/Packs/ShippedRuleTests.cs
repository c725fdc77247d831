namespace Exeat.Policy.Tests.Packs;

/// <summary>The base: the original's rules and objects, the cloud's endpoints from the region, and what an empty parameter leaves.</summary>
public class ShippedRuleTests
{
    // Names and priorities as people who know the original expect them.
    private static readonly (int Priority, string Name, RuleAction Action)[] Original =
    [
        (10, "shadow-model-deny", RuleAction.Deny), (18, "allow-vpc-dns-udp", RuleAction.Permit), (19, "allow-vpc-dns-tcp", RuleAction.Permit),
        (20, "deny-dns-exfil-udp", RuleAction.Deny), (21, "deny-dns-exfil-tcp", RuleAction.Deny), (30, "allow-aws-infra", RuleAction.Permit),
        (31, "allow-os-updates-https", RuleAction.Permit), (40, "allow-model-gateways", RuleAction.Permit), (41, "allow-model-gateways-cidrs", RuleAction.Permit),
        (50, "allow-core", RuleAction.Permit), (60, "allow-packages", RuleAction.Permit), (70, "allow-saas-apis", RuleAction.Permit),
        (80, "allow-mcp-gateways", RuleAction.Permit), (90, "allow-identity-telemetry", RuleAction.Permit), (95, "allow-public-reference", RuleAction.Permit),
        (100, "deny-eastwest", RuleAction.Deny),
    ];

    [Fact]
    public void The_originals_rules_and_objects_are_there_by_name()
    {
        Policy policy = Base("").Policy!;
        foreach ((int priority, string name, RuleAction action) in Original)
            Assert.Equal((priority, action), policy.Rules.Where(rule => rule.Name == name).Select(rule => (rule.Priority, rule.Action)).Single());
        foreach (string id in new[] { "sg-agent-vm-subnet", "sg-vpc-dns-resolver", "sg-approved-model-gateways" }) Assert.Contains(id, policy.SmartGroups.Keys);
        foreach (string id in new[] { "wg-openclaw-core", "wg-approved-package-registries", "wg-approved-saas-apis", "wg-approved-mcp-gateways", "wg-unapproved-model-providers" }) Assert.Contains(id, policy.WebGroups.Keys);
        // Room that other packs rely on.
        Assert.DoesNotContain(policy.Rules, rule => rule.Priority is 11 or (> 50 and < 60) or (> 60 and < 70) or (> 70 and < 80) or (> 80 and < 90));
    }

    [Theory]
    [InlineData("eu-west-1")]
    [InlineData("us-east-1")]
    [InlineData("ap-southeast-2")]
    [InlineData("us-gov-west-1")]
    public void Endpoints_are_made_from_the_region_and_scoped_to_account_and_bucket(string region)
    {
        CompiledPolicy policy = Compiled(Base($"region: {region}, account: \"123456789012\", buckets: [acme, acme-logs]"));
        string other = region == "us-east-1" ? "eu-west-1" : "us-east-1";
        foreach (string host in new[] { "ec2.R.amazonaws.com", "ssm.R.amazonaws.com", "ssmmessages.R.amazonaws.com", "ec2messages.R.amazonaws.com", "logs.R.amazonaws.com", "sts.R.amazonaws.com", "sts.amazonaws.com",
            "api.ecr.R.amazonaws.com", "123456789012.dkr.ecr.R.amazonaws.com", "acme.s3.R.amazonaws.com", "acme-logs.s3.dualstack.R.amazonaws.com", "ssm.R.api.aws", "123456789012.dkr-ecr.R.on.aws", "prod-R-starport-layer-bucket.s3.R.amazonaws.com" })
        {
            Assert.Equal($"{host} permit by allow-aws-infra", $"{host} {Shipped.Try(policy, "https://" + host.Replace("R", region, StringComparison.Ordinal))}");
            Assert.Equal($"{host} permit by allow-aws-infra", $"{host} {Shipped.Try(policy, "https://" + host.Replace("R", region, StringComparison.Ordinal), at: "2001:db8::1")}");
            if (host.Contains('R', StringComparison.Ordinal)) Assert.Equal($"{host} deny by default-deny", $"{host} {Shipped.Try(policy, "https://" + host.Replace("R", other, StringComparison.Ordinal))}");
        }
        foreach (string host in new[] { "s3.R.amazonaws.com", "s3.amazonaws.com", "s3.dualstack.R.amazonaws.com", "other.s3.R.amazonaws.com", "x.acme.s3.R.amazonaws.com", "acme.s3.amazonaws.com", "210987654321.dkr.ecr.R.amazonaws.com", "lambda.R.amazonaws.com", "x.execute-api.R.amazonaws.com" })
            Assert.Equal($"{host} deny by default-deny", $"{host} {Shipped.Try(policy, "https://" + host.Replace("R", region, StringComparison.Ordinal))}");
        foreach (string host in new[] { "bedrock-runtime.R.amazonaws.com", "bedrock-runtime-fips.R.amazonaws.com", "bedrock-agent-runtime.R.amazonaws.com", "bedrock-mantle.R.api.aws" })
            Assert.Equal($"{host} deny by shadow-model-deny", $"{host} {Shipped.Try(policy, "https://" + host.Replace("R", region, StringComparison.Ordinal))}");
    }

    [Fact]
    public void Several_regions_make_every_endpoint_of_each_and_none_makes_none()
    {
        string[] names = [.. Base("region: [eu-west-1, eu-central-1], buckets: [a, b]").Policy!.WebGroups["wg-aws-infra"].Entries.Select(entry => entry.Pattern.Text)];
        Assert.Equal(8, names.Count(name => name.StartsWith("a.s3", StringComparison.Ordinal) || name.StartsWith("b.s3", StringComparison.Ordinal)));
        Assert.DoesNotContain(names, name => name.Contains("dkr", StringComparison.Ordinal));
        Assert.Equal(["sts.amazonaws.com"], Base("").Policy!.WebGroups["wg-aws-infra"].Entries.Select(entry => entry.Pattern.Text));
    }

    [Fact]
    public void Every_parameter_may_be_emptied_and_nothing_opens()
    {
        LoadResult loaded = Base("core: [], osUpdates: [], modelGateways: [{name: only.model.example, why: w, tier: site}], privateCidrs: [], agents: []");
        Assert.Equal([], loaded.Problems.Select(problem => problem.ToString()));
        CompiledPolicy policy = Compiled(loaded);
        foreach (string to in new[] { "https://openclaw.ai", "https://archive.ubuntu.com", "https://pypi.org", "https://203.0.113.9", "tcp://10.1.2.3:22", "https://[2001:db8::9]", "icmp://203.0.113.9" })
            Assert.Equal($"{to} deny by default-deny", $"{to} {Shipped.Try(policy, to)}");
        Assert.Equal("permit by allow-model-gateways", Shipped.Try(policy, "https://only.model.example"));
        // The resolvers too: the agents then ask nobody.
        CompiledPolicy deaf = Compiled(Shipped.Include("base", "classes: [coding], resolvers: []"));
        Assert.Equal("deny by deny-dns-exfil-udp", Shipped.Try(deaf, "udp://192.0.2.53:53"));
        Assert.Equal("deny by deny-dns-exfil-tcp", Shipped.Try(deaf, "tcp://[2001:db8::53]:53"));
    }

    // A pattern may bring a host along that takes pushes, gists or uploads of anybody.
    [Fact]
    public void Mirrors_and_source_hosts_bring_no_neighbours_along()
    {
        CompiledPolicy policy = Compiled(Base("packages: enforce"));
        Assert.Equal("permit by allow-os-updates-https", Shipped.Try(policy, "https://deb9.debian.org"));
        Assert.Equal("permit by allow-os-updates-https", Shipped.Try(policy, "https://ftp.de.debian.org"));
        foreach (string host in new[] { "salsa.debian.org", "people.debian.org", "uploads.github.com", "x.githubusercontent.com", "copilot-proxy.githubusercontent.com", "upload.pypi.org", "launchpad.net", "ppa.launchpadcontent.net", "hub.docker.com", "x.docker.io" })
            Assert.StartsWith($"{host} deny by ", $"{host} {Shipped.Try(policy, "https://" + host)}", StringComparison.Ordinal);
    }

    [Fact]
    public void Private_ranges_of_both_families_are_denied_on_every_protocol()
    {
        CompiledPolicy policy = Compiled(Base(""));
        foreach (string host in new[] { "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.255.1", "100.64.0.1", "169.254.169.254", "[fc00::1]", "[fdff::1]", "[fe80::1]" })
        {
            foreach (string to in new[] { $"tcp://{host}:22", $"https://{host}", $"udp://{host}:161", $"icmp://{host.Trim('[', ']')}" }) Assert.Equal($"{to} deny by deny-eastwest", $"{to} {Shipped.Try(policy, to)}");
        }
        // Control: their neighbours are not private.
        Assert.Equal("deny by default-deny", Shipped.Try(policy, "tcp://172.32.0.1:22"));
    }

    [Fact]
    public void Agents_without_a_class_are_known_by_prefix()
    {
        Policy policy = Base("agents: [192.0.2.7, \"2001:db8:b::/64\"]").Policy!;
        Assert.Equal("permit by allow-core", Shipped.Try(Shipped.Compile(policy, "coding"), "https://openclaw.ai", agent: 1));
        Assert.Equal("deny by default-deny", Shipped.Try(Shipped.Compile(Base("").Policy!, "coding"), "https://openclaw.ai", agent: 1));
    }

    // What a class repeats of the base it repeats in full, or leaves out on purpose: no third list.
    [Fact]
    public void A_classes_defaults_are_the_bases_or_empty()
    {
        PackSummary[] packs = [.. PackCatalog.Read(Shipped.Directory).Packs];
        Dictionary<string, string?> known = packs.Single(pack => pack.Name == "base").Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Default);
        foreach (PackSummary pack in packs.Where(pack => pack.Name.StartsWith("classes/", StringComparison.Ordinal)))
        {
            Assert.Equal(["base"], pack.Includes);
            foreach (PackParameter parameter in pack.Parameters.Where(parameter => known.ContainsKey(parameter.Name)))
                Assert.True(parameter.Default == known[parameter.Name] || parameter.Default == "[]" || (pack.Name, parameter.Name, parameter.Default) == ("classes/coding", "packages", "enforce"), $"{pack.Name}: {parameter.Name}");
            // Resolvers are the one thing that nobody can guess.
            Assert.Equal(["resolvers"], pack.Parameters.Where(parameter => parameter.Default is null).Select(parameter => parameter.Name));
        }
    }

    [Theory]
    [InlineData("locked-down", "packages saasApis mcpGateways publicReference osUpdatesOverHttp")]
    [InlineData("regulated", "packages packageRegistries saasApis publicReference osUpdatesOverHttp")]
    [InlineData("coding", "publicReference")]
    [InlineData("research", "publicReference")]
    [InlineData("support", "publicReference")]
    public void A_class_does_not_offer_what_it_never_permits(string @class, string never)
    {
        foreach (string parameter in never.Split(' '))
            Assert.Contains(Shipped.Load(@class, $"{parameter}: enforce").Problems, problem => problem.What.Contains($"has no parameter {parameter}", StringComparison.Ordinal));
    }

    private static LoadResult Base(string with) => Shipped.Include("base", "classes: [coding], resolvers: [192.0.2.53]" + (with.Length > 0 ? ", " + with : ""));

    private static CompiledPolicy Compiled(LoadResult loaded)
    {
        Assert.Equal([], loaded.Problems.Select(problem => problem.ToString()));
        return Shipped.Compile(loaded.Policy!, "coding");
    }
}
