using Exeat.Names;

namespace Exeat.Store;

/// <summary>Chooses flows. Each list holds alternatives, an empty one chooses everything; all fields together must hold.</summary>
public sealed record FlowFilter
{
    /// <summary>Characters of a value at most.</summary>
    public const int LongestText = 1024;

    /// <summary>Flows that began at this moment or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Flows that began before this moment.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Gateways, by the identity with which they delivered.</summary>
    public IReadOnlyList<string> Gateways { get; init; } = [];

    /// <summary>Ids of agents.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>Agent classes.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Labels of agents; alternatives, as all lists are.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>SmartGroups that the agent belongs to, resolved by the caller.</summary>
    public IReadOnlyList<ResolvedGroup> From { get; init; } = [];

    /// <summary>SmartGroups that the destination belongs to, resolved by the caller.</summary>
    public IReadOnlyList<ResolvedGroup> To { get; init; } = [];

    /// <summary>Names, or patterns as in a policy (<c>*.x.org</c>, <c>**.x.org</c>, <c>ec2.*.y.com</c>); any name of the flow may match.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Sources: addresses or prefixes of either family.</summary>
    public IReadOnlyList<Prefix> Sources { get; init; } = [];

    /// <summary>Destinations: addresses or prefixes of either family.</summary>
    public IReadOnlyList<Prefix> Destinations { get; init; } = [];

    /// <summary>Destination ports.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary><c>tcp</c>, <c>udp</c>, <c>icmp</c>, <c>icmpv6</c>, else the number as text.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>The deciding rule, or the rule of a would-be decision.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>Outcomes: <c>permit</c>, <c>deny</c> (applied), <c>would-deny</c>, <c>pending</c>, <c>note</c>.</summary>
    public IReadOnlyList<string> Verdicts { get; init; } = [];

    /// <summary>Would-be verdicts: what enforce, or a rule in monitor mode, would have done.</summary>
    public IReadOnlyList<string> Would { get; init; } = [];

    /// <summary>Reasons, see docs/reasons.md.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>Proofs.</summary>
    public IReadOnlyList<string> Proofs { get; init; } = [];

    /// <summary>Stages.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary><c>enforce</c> or <c>monitor</c>.</summary>
    public IReadOnlyList<string> Modes { get; init; } = [];

    /// <summary>Versions of the policy that decided.</summary>
    public IReadOnlyList<string> PolicyVersions { get; init; } = [];

    /// <summary>Flows, by UUID or denial id.</summary>
    public IReadOnlyList<string> Flows { get; init; } = [];

    /// <summary>At least so many bytes, both directions together.</summary>
    public long? MinBytes { get; init; }

    /// <summary>At most so many bytes, both directions together.</summary>
    public long? MaxBytes { get; init; }
}
