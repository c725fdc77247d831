using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>One checked rule. Fields are conjoined; entries within a field are alternatives; an empty field does not constrain.</summary>
public sealed record Rule
{
    /// <summary>Its name, unique in the policy.</summary>
    public required string Name { get; init; }

    /// <summary>Its place, unique in the policy; the lowest is asked first.</summary>
    public required int Priority { get; init; }

    /// <summary>Permit or deny.</summary>
    public required RuleAction Action { get; init; }

    /// <summary>SmartGroups the agent may belong to; empty: every agent.</summary>
    public ImmutableArray<string> From { get; init; } = [];

    /// <summary>SmartGroups the destination address may belong to; empty: every address.</summary>
    public ImmutableArray<string> ToGroups { get; init; } = [];

    /// <summary>WebGroups the destination name may belong to, as written.</summary>
    public ImmutableArray<string> ToWebGroups { get; init; } = [];

    /// <summary>All patterns of <see cref="ToWebGroups"/>; also empty when the groups are, see <see cref="StatesNames"/>. Expired entries are kept: a rule whose entries have all expired matches nothing.</summary>
    public ImmutableArray<NameEntry> ToNames { get; init; } = [];

    /// <summary>Whether it goes by names. If its groups have none, it matches nothing: a field that is written and empty is not a field that is not written.</summary>
    public bool StatesNames => !(ToWebGroups.IsEmpty && ToNames.IsEmpty);

    /// <summary>Names that the resolver may answer for this rule besides <see cref="ToNames"/> (an address rule never makes a name resolvable by itself).</summary>
    public ImmutableArray<NamePattern> Resolve { get; init; } = [];

    /// <summary>IP protocols.</summary>
    public RuleProtocol Protocol { get; init; } = RuleProtocol.Any;

    /// <summary>Destination ports; empty: every port, and protocols without ports.</summary>
    public ImmutableArray<PortRange> Ports { get; init; } = [];

    /// <summary>How its flows are recorded.</summary>
    public RuleLog Log { get; init; }

    /// <summary><see cref="Exeat.Policy.Proof.Dns"/> when a bound name is enough (protocols without a name on the wire); null: the name must be on the wire too.</summary>
    public Proof? Proof { get; init; }

    /// <summary>Whether it takes part.</summary>
    public RuleMode Mode { get; init; }

    /// <summary>Who answers for it.</summary>
    public string? Owner { get; init; }

    /// <summary>Why it is there.</summary>
    public string? Why { get; init; }

    /// <summary>From this moment on the rule is inert. Null: never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Where it is written.</summary>
    public SourceLocation Where { get; init; }

    /// <summary>Whether the rule is inert by expiry at this moment.</summary>
    public bool IsExpired(DateTimeOffset now) => Expires is { } end && end <= now;
}
