using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>One event in its writing form. Lives on the stack, copies nothing; docs/flow-record.md says what each field means.</summary>
/// <remarks>Fields that are left at their default are left out of the line. The journal adds <c>v</c>, <c>id</c>, <c>gateway</c> and, unless given, <c>time</c>.</remarks>
public readonly ref struct FlowDraft
{
    /// <summary>The flow (UUIDv7) that all events of one attempt share.</summary>
    public required Guid Flow { get; init; }

    /// <summary>What the line tells.</summary>
    public required FlowEventKind Kind { get; init; }

    /// <summary>The moment; <c>default</c> is the moment of appending.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The agent's id; null when unknown.</summary>
    public string? AgentId { get; init; }

    /// <summary>The agent's class.</summary>
    public string? AgentClass { get; init; }

    /// <summary>The agent's labels, built once per agent.</summary>
    public FlowLabels? Labels { get; init; }

    /// <summary>Source address.</summary>
    public Address Source { get; init; }

    /// <summary>Source port; 0 is none.</summary>
    public ushort SourcePort { get; init; }

    /// <summary>Destination address.</summary>
    public Address Destination { get; init; }

    /// <summary>Destination port; 0 is none.</summary>
    public ushort Port { get; init; }

    /// <summary>IANA protocol number; 0 is not known.</summary>
    public byte Protocol { get; init; }

    /// <summary>The name that the agent's own bytes gave, canonical or raw (raw bytes are escaped); empty is none.</summary>
    public ReadOnlySpan<byte> ClaimedName { get; init; }

    /// <summary>Where <see cref="ClaimedName"/> was seen.</summary>
    public NameSource ClaimSource { get; init; }

    /// <summary>The names bound to this agent and destination.</summary>
    public ReadOnlySpan<DomainName> Bound { get; init; }

    /// <summary>Aliases of an answer.</summary>
    public ReadOnlySpan<DomainName> Cnames { get; init; }

    /// <summary>The deciding rule, <c>default-deny</c> for the default. Null: the line tells no decision, and the fields below up to <see cref="WouldRule"/> are left out.</summary>
    public string? RuleName { get; init; }

    /// <summary>How far the name that decided is proven.</summary>
    public Proof Proof { get; init; }

    /// <summary>The name that decided is proven by a hello only, and its address is known to serve others too.</summary>
    public bool IsNameOnSharedAddress { get; init; }

    /// <summary>When policy was asked.</summary>
    public Stage Stage { get; init; }

    /// <summary>Why.</summary>
    public Reason Reason { get; init; }

    /// <summary>The policy's decision, whether or not it was applied.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>The effective mode for this agent.</summary>
    public Mode Mode { get; init; }

    /// <summary>Whether the verdict was applied to the traffic.</summary>
    public bool Enforced { get; init; }

    /// <summary>What the first matching <c>mode: monitor</c> rule would have decided. Not needed for monitor mode: there the journal writes <c>would</c> from the decision.</summary>
    public Verdict? WouldVerdict { get; init; }

    /// <summary>The name of that rule.</summary>
    public string? WouldRule { get; init; }

    /// <summary>The short id a refused agent is told (ASCII, see <see cref="DenialId"/>); empty is none.</summary>
    public ReadOnlySpan<byte> Denial { get; init; }

    /// <summary>Version of the policy that decided.</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>Hash of the agents document that decided.</summary>
    public string? AgentsHash { get; init; }

    /// <summary>Policy generation in the kernel; 0 is none.</summary>
    public uint Generation { get; init; }

    /// <summary>Bytes from the agent. Counts are written in updates and ends always, elsewhere when not 0.</summary>
    public long BytesOut { get; init; }

    /// <summary>Bytes to the agent.</summary>
    public long BytesIn { get; init; }

    /// <summary>Packets from the agent.</summary>
    public long PacketsOut { get; init; }

    /// <summary>Packets to the agent.</summary>
    public long PacketsIn { get; init; }

    /// <summary>Life of the flow so far, by a monotonic clock.</summary>
    public long DurationMs { get; init; }

    /// <summary>How the flow ended: see docs/flow-record.md</summary>
    public string? End { get; init; }

    /// <summary>How the deciding rule wants equal refusals recorded. Not part of the line: it tells the gateway whether to write one.</summary>
    public RuleLog Log { get; init; }

    /// <summary>How many attempts the line stands for; 0 and 1 are left out, except in <see cref="FlowEventKind.Counted"/>.</summary>
    public long Count { get; init; }
}
