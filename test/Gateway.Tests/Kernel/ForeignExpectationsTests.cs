using Exeat.Gateway.Kernel;

namespace Exeat.Gateway.Tests.Kernel;

/// <summary>The start is refused beside connection tracking helpers that agents' connections would get (K3).</summary>
public sealed class ForeignExpectationsTests
{
    private const string Helper = """{"ct helper": "ftp-std"}""";

    [Theory]
    [InlineData("")]
    [InlineData("""{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 21}},""")]
    [InlineData("""{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "ag-1"}},""")]
    [InlineData("""{"match": {"op": "!=", "left": {"meta": {"key": "iifname"}}, "right": "eth0"}},""")]
    [InlineData("""{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": {"set": ["eth0", "ag-1"]}}},""")]
    public void A_helper_that_agents_would_get_is_refused_by_name(string match)
    {
        GatewayFailure refused = Assert.Throws<GatewayFailure>(() => ForeignExpectations.Refuse(Ruleset("filter", match + Helper), ["ag-1"]));
        Assert.Contains("ip filter PREROUTING", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("filter", """{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "eth0"}},""" + Helper)]
    [InlineData("filter", """{"accept": null}""")]
    [InlineData("exeat", Helper)]
    public void What_concerns_no_agent_is_none_of_our_business(string table, string expressions) => ForeignExpectations.Refuse(Ruleset(table, expressions), ["ag-1"]);

    private static string Ruleset(string table, string expressions) =>
        $$$"""{"nftables": [{"metainfo": {}}, {"rule": {"family": "ip", "table": "{{{table}}}", "chain": "PREROUTING", "expr": [{{{expressions}}}]}}]}""";
}
