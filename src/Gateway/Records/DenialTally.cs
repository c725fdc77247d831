using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Records;

/// <summary>A refusal that repeats: what its line says, and how often it came since the last line. Pooled; guarded by its share's lock.</summary>
internal sealed class DenialTally
{
    private const int MaxNames = FlowReplay.MaxCountedNames;

    private readonly byte[] _claimed = new byte[256];
    private int _claimedLength;
    private string? _agent, _class, _rule, _policy, _agentsHash;
    private FlowLabels? _labels;
    private Address _source, _destination;
    private ushort _port;
    private byte _protocol;
    private NameSource _claimSource;
    private DomainName[] _bound = [];
    private Stage _stage;
    private Reason _reason;
    private Mode _mode;
    private bool _enforced;
    private uint _generation;

    /// <summary>The flow under which all lines of this tally stand, and whose denial id the refused side is told.</summary>
    public Guid Flow { get; private set; }

    public DenialKey Key { get; private set; }

    /// <summary>How many came since the last line.</summary>
    public long Waiting { get; set; }

    /// <summary>Flushes since the last one. Not let go at the first: its first line may just be on its way.</summary>
    public int Idle { get; set; }

    /// <summary>Begins with the first refusal of its kind. A coarse tally says nothing of destinations.</summary>
    public void Begin(in DenialKey key, in FlowDraft draft)
    {
        (Key, Flow, Waiting, Idle) = (key, draft.Flow, 0, 0);
        (_agent, _class, _labels, _source) = (draft.AgentId, draft.AgentClass, draft.Labels, draft.Source);
        (_rule, _reason, _stage, _mode, _enforced) = (draft.RuleName, key.Reason, draft.Stage, draft.Mode, draft.Enforced);
        (_policy, _agentsHash, _generation) = (draft.PolicyVersion, draft.AgentsHash, draft.Generation);
        bool coarse = key.IsCoarse;
        (_destination, _port, _protocol) = coarse ? (default, (ushort)0, (byte)0) : (draft.Destination, draft.Port, draft.Protocol);
        ReadOnlySpan<byte> claimed = coarse ? default : draft.ClaimedName[..Math.Min(draft.ClaimedName.Length, _claimed.Length)];
        claimed.CopyTo(_claimed);
        (_claimedLength, _claimSource) = (claimed.Length, draft.ClaimSource);
        _bound = coarse ? [] : draft.Bound[..Math.Min(draft.Bound.Length, MaxNames)].ToArray();
    }

    /// <summary>Whether another refusal says the same of rule and reason.</summary>
    public bool Says(in FlowDraft draft) => _reason == draft.Reason && _rule == draft.RuleName;

    /// <summary>Writes one line for so many refusals.</summary>
    public bool Write(Journal journal, long count, bool durable, out int bytes)
    {
        FlowDraft line = Line(count, stackalloc byte[DenialId.Length]);
        return durable ? journal.AppendDurably(line, out bytes) : journal.Append(line, out bytes);
    }

    /// <summary>The line for so many refusals.</summary>
    public FlowDraft Line(long count, Span<byte> denial)
    {
        DenialId.Write(Flow, denial);
        return new FlowDraft
        {
            Flow = Flow,
            Kind = FlowEventKind.Counted,
            AgentId = _agent,
            AgentClass = _class,
            Labels = _labels,
            Source = _source,
            Destination = _destination,
            Port = _port,
            Protocol = _protocol,
            ClaimedName = _claimed.AsSpan(0, _claimedLength),
            ClaimSource = _claimSource,
            Bound = _bound,
            RuleName = _rule,
            Stage = _stage,
            Reason = _reason,
            Verdict = Verdict.Deny,
            Mode = _mode,
            Enforced = _enforced,
            Denial = denial,
            PolicyVersion = _policy,
            AgentsHash = _agentsHash,
            Generation = _generation,
            Count = count,
        };
    }
}
