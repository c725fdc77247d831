using System.Collections.Immutable;

namespace Exeat.Lab.Topology;

/// <summary>Who is in the lab and where. Documentation ranges only, inside namespaces of its own.</summary>
/// <remarks>
/// <code>
///  locked-down-1 ──eth0┐ 192.0.2.4/30    2001:db8:a:1::/64
///  coding-1 ───────eth0┤ 192.0.2.8/30    2001:db8:a:2::/64        ┌────────────┐               ┌──────────────────────────────┐
///  research-1 ─────eth0┼ 192.0.2.12/30   2001:db8:a:3::/64  ag-1 ─┤  gateway   ├ wan ── wan0 ──┤ world (all on its loopback)  │
///  support-1 ──────eth0┤ 192.0.2.16/30   2001:db8:a:4::/64   …    │ (no NAT)   │               │ servers      203.0.113.0/24  │
///  regulated-1 ────eth0┘ 192.0.2.20/30   2001:db8:a:5::/64  ag-5 ─┤            │               │              2001:db8:f::/64 │
///                                                                 └────────────┘               │ resolvers    198.51.100.x    │
///   wan   198.51.100.130/30  2001:db8:ff::2/64                                                 │ database     10.20.0.5       │
///   wan0  198.51.100.129/30  2001:db8:ff::1/64                                                 │              fd00:20::5      │
///                                                                                              └──────────────────────────────┘
/// </code>
/// The world routes the agents' prefixes back through the gateway, so that a packet keeps its agent's address and arrivals can be told apart.
/// </remarks>
public static class LabPlan
{
    /// <summary>The gateway's namespace.</summary>
    public const string Gateway = "gateway";

    /// <summary>The namespace of everything outside.</summary>
    public const string World = "world";

    /// <summary>The gateway's link to the world.</summary>
    public const string Wan = "wan";

    /// <summary>The world's link to the gateway: packets are counted here.</summary>
    public const string WorldLink = "wan0";

    /// <summary>The gateway's outside addresses.</summary>
    public const string WanAddress4 = "198.51.100.130", WanAddress6 = "2001:db8:ff::2";

    /// <summary>The world's side of the same link.</summary>
    public const string WorldAddress4 = "198.51.100.129", WorldAddress6 = "2001:db8:ff::1";

    /// <summary>All agents' addresses.</summary>
    public const string Agents4 = "192.0.2.0/24", Agents6 = "2001:db8:a::/48";

    /// <summary>One agent of each class.</summary>
    public static ImmutableArray<LabAgent> Agents { get; } =
    [
        new("locked-down-1", "locked-down", 1),
        new("coding-1", "coding", 2),
        new("research-1", "research", 3),
        new("support-1", "support", 4),
        new("regulated-1", "regulated", 5),
    ];

    /// <summary>Finds an agent by its id.</summary>
    public static LabAgent? Find(string id) => Agents.FirstOrDefault(a => a.Id == id);
}
