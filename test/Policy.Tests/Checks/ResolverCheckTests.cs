using System.Collections.Immutable;
using Exeat.Names;
using Exeat.Policy.Tests.Compile;

namespace Exeat.Policy.Tests.Checks;

public sealed class ResolverCheckTests
{
    private static readonly ImmutableArray<Address> Resolvers = [Policies.Parse("198.51.100.53"), Policies.Parse("2001:db8:53::53")];

    private static readonly Rule Core = Policies.Permit("core", "a.example").Tcp(443);

    [Fact]
    public void Who_is_permitted_names_and_may_not_ask_for_them_is_named_for_each_resolver()
    {
        Problem[] problems = Look(Core);
        Assert.Equal(2, problems.Length);
        Assert.All(problems.Zip(Resolvers), pair => Assert.StartsWith($"policy denies coding-1, support-1 the resolver {pair.Second}, ", pair.First.What, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.Equal(("gateway.yaml", Severity.Warning), (problem.File, problem.Severity)));
        // One family of it, and one of the agents.
        Rule dns = Policies.Permit("dns").To("public") with { Protocol = RuleProtocol.Udp, Ports = [new PortRange(53, 53)], From = ["coders"] };
        Assert.StartsWith("policy denies support-1 the resolver 2001:db8:53::53, ", Assert.Single(Look(Core, dns), problem => problem.What.Contains("2001", StringComparison.Ordinal)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_may_ask_or_is_permitted_no_name_is_not_told_anything()
    {
        Assert.Empty(Look(Core, Policies.Permit("dns") with { Protocol = RuleProtocol.Udp, Ports = [new PortRange(53, 53)] }));
        Assert.Empty(Look(Policies.Permit("addresses").To("public").Tcp(443)));
    }

    private static Problem[] Look(params Rule[] rules) => [.. ResolverCheck.Look("gateway.yaml", Policies.Checked(Mode.Enforce, rules), Policies.Agents(), Resolvers, Policies.Now)];
}
