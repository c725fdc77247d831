using Exeat.Linux;

namespace Exeat.Cli.Tests;

/// <summary>What preflight reads in nft's JSON, also of kinds of rules that this kernel may not have.</summary>
public sealed class RulesetCheckTests
{
    private const uint Mask = 0xffff0000;

    [Theory]
    [InlineData("""{"flow": {"op": "add", "flowtable": "@ft"}}""", "flowtables", "fail")]
    [InlineData("""{"ct helper": "ftp"}""", "helpers", "warn")]
    [InlineData("""{"notrack": null}""", "tracking", "fail")]
    [InlineData("""{"xt": {"type": "target", "name": "CONNMARK"}}""", "mark users: set", "fail")]
    [InlineData("""{"xt": {"type": "match", "name": "mark"}}""", "mark users: compare", "warn")]
    [InlineData("""{"xt": {"type": "match", "name": "comment"}}""", "mark users: compare", "ok")]
    [InlineData("""{"redirect": {"port": 3128}}""", "rewriting", "warn")]
    [InlineData("""{"tproxy": {"port": 3128}}""", "rewriting", "warn")]
    [InlineData("""{"dnat": {"addr": "192.0.2.1"}}""", "rewriting", "warn")]
    [InlineData("""{"mangle": {"key": {"meta": {"key": "mark"}}, "value": 5}}""", "mark users: set", "fail")]
    [InlineData("""{"mangle": {"key": {"ct": {"key": "mark"}}, "value": {"|": [{"&": [{"ct": {"key": "mark"}}, 4294967040]}, 1]}}}""", "mark users: set", "ok")]
    [InlineData("""{"mangle": {"key": {"meta": {"key": "mark"}}, "value": {"|": [{"meta": {"key": "mark"}}, 65536]}}}""", "mark users: set", "fail")]
    [InlineData("""{"mangle": {"key": {"meta": {"key": "mark"}}, "value": {"^": [{"meta": {"key": "mark"}}, 255]}}}""", "mark users: set", "ok")]
    [InlineData("""{"mangle": {"key": {"meta": {"key": "mark"}}, "value": {"ct": {"key": "zone"}}}}""", "mark users: set", "fail")]
    [InlineData("""{"mangle": {"key": {"meta": {"key": "priority"}}, "value": 5}}""", "mark users: set", "ok")]
    [InlineData("""{"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": 1}}""", "mark users: compare", "warn")]
    [InlineData("""{"match": {"op": "==", "left": {"&": [{"meta": {"key": "mark"}}, 255]}, "right": 1}}""", "mark users: compare", "ok")]
    [InlineData("""{"counter": {"packets": 0, "bytes": 0}}""", "mark users: set", "ok")]
    public void A_rule_of_somebody_elses_is_understood(string statement, string check, string outcome)
    {
        Assert.Equal(outcome, Outcome("ip", "filter", statement, check));
        // The same in a table of ours is our own business.
        Assert.Equal("ok", Outcome("inet", "exeat", statement, check));
        Assert.Equal("ok", Outcome("inet", "exeat_base", statement, check));
        // A table of that name in another family is not ours.
        Assert.Equal(outcome, Outcome("ip6", "exeat", statement, check));
    }

    [Fact]
    public void A_dropping_forward_chain_names_the_way_round_Dockers()
    {
        const string Json = """{"nftables": [{"metainfo": {}}, {"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}}]}""";
        Check check = RulesetChecks.OfRuleset(Json, Mask, ["ag-1"]).First(c => c.Name == "other firewalls: forward policy");
        Assert.Equal("warn", check.Word);
        Assert.Contains("ip filter FORWARD", check.Found);
        Assert.Contains("iptables -I DOCKER-USER -i ag-1 -j ACCEPT", check.Remedy);
    }

    [Fact]
    public void Routing_rules_are_measured_against_our_bits_and_our_place()
    {
        RoutingRule[] rules =
        [
            new() { Preference = 0, Action = 1 }, new() { Preference = 47, Action = 6, MarkValue = 0, MarkMask = 0x10000 }, new() { Preference = 900, MarkValue = 1, MarkMask = 0xff },
        ];
        Assert.All(RulesetChecks.OfRouting(rules, Mask), check => Assert.Equal("ok", check.Word));
        Assert.Equal(["warn", "warn"], RulesetChecks.OfRouting([.. rules, new() { Preference = 5, IsV6 = true, MarkValue = 0x20000, MarkMask = 0x20000 }], Mask).Select(c => c.Word));
    }

    [Fact]
    public void Default_routes_are_read_from_proc_in_both_families()
    {
        string folder = Directory.CreateTempSubdirectory("exeat-routes").FullName, v4 = Path.Combine(folder, "route"), v6 = Path.Combine(folder, "ipv6_route");
        File.WriteAllText(v4, "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\nwan\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\nag-1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n*\t00000000\t00000000\t0200\t0\t0\t9\t00000000\t0\t0\t0\n");
        string zeros = new('0', 32);
        File.WriteAllText(v6, $"{zeros} 00 {zeros} 00 20010db800ff00000000000000000001 00000400 00000001 00000000 00000003      wan\n{zeros} 00 {zeros} 00 {zeros} ffffffff 00000001 00000000 00200200       lo\n");
        Assert.Equal(["wan"], RouteChecks.DefaultsV4(v4));
        Assert.Equal(["wan"], RouteChecks.DefaultsV6(v6));
        Assert.Empty(RouteChecks.DefaultsV6(Path.Combine(folder, "absent")));
        Directory.Delete(folder, recursive: true);
    }

    private static string Outcome(string family, string table, string statement, string check)
    {
        string json = $$$"""{"nftables": [{"table": {"family": "{{{family}}}", "name": "{{{table}}}"}}, {"rule": {"family": "{{{family}}}", "table": "{{{table}}}", "chain": "c", "expr": [{{{statement}}}, {"accept": null}]}}]}""";
        return RulesetChecks.OfRuleset(json, Mask, ["ag-1"]).First(c => c.Name == check).Word;
    }
}
