using Exeat.Gateway.Management;
using Exeat.Names;

namespace Exeat.Gateway.Tests.Management;

public sealed class MetricsAddressTests
{
    [Theory]
    [InlineData("127.0.0.1", null)]
    [InlineData("::1", null)]
    [InlineData("198.51.100.130", null)]
    [InlineData("0.0.0.0", "is every address")]
    [InlineData("::", "is every address")]
    [InlineData("::ffff:0.0.0.0", "write it as IPv4")]
    [InlineData("::ffff:192.0.2.1", "write it as IPv4")]
    [InlineData("192.0.2.1", "belongs to ag-1")]
    [InlineData("2001:db8:a:1::1", "belongs to ag-1")]
    [InlineData("198.51.100.53", "resolver address of agents")]
    public void Metrics_are_served_where_no_agent_is_nor_anybody_asks_names(string address, string? problem)
    {
        string? said = MetricsAddress.Problem(Parse(address), [Parse("198.51.100.53")], [(Parse("192.0.2.1"), "ag-1"), (Parse("2001:db8:a:1::1"), "ag-1")]);
        if (problem is null) Assert.Null(said);
        else Assert.Contains(problem, said);
    }

    private static Address Parse(string text) => Address.TryParse(text, out Address address) ? address : Address.From(System.Net.IPAddress.Parse(text));
}
