using System.Collections.Immutable;
using Exeat.Lab.Scenario;

namespace Exeat.Lab.Catalogue;

/// <summary>Names and DNS: lines D1 to D16.</summary>
internal static class DnsAttacks
{
    // A permit by address makes no name resolvable (D16): the control of a tunnel in labels permits the attacker's zone by name.
    private static readonly PolicyText TunnelPermitted = Attack.PermittingAlso("""
        - {name: control-tunnel, priority: 2, to: {names: [tunnel]}, protocol: tcp, ports: [443], action: permit}

        """, names: """
          tunnel: {names: ["**.exfil.attacker.example"]}

        """);

    public static ImmutableArray<Attack> All { get; } =
    [
        Attack.OfScenario("D1-labels", "c", "default-deny") with { ControlPolicy = TunnelPermitted },
    ];

    public static ImmutableArray<CatalogueTest> Tests { get; } = [];
}
