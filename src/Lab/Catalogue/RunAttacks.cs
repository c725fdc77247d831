using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>The network of <c>exeat run</c>: it stands on a person's machine, so its own lab is a host in the lab.</summary>
internal static class RunAttacks
{
    private const string Own = "a run makes its own namespaces on a host: the test types it there, with the host's services and a neighbour who routes into it, and a control without a run";

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("K18-run", "connections towards a run's agent, from host and neighbours; the host's loopback and addresses from inside", Own, "Exeat.Lab.Tests.Runs.RunPortTests.K18_only_the_ports_that_were_named_pass_and_each_is_recorded"),
        new("K5-run", "the gateway of a run killed", Own, "Exeat.Lab.Tests.Runs.RunEndTests.A_gateway_that_is_killed_lets_nothing_pass_and_comes_back"),
    ];
}
