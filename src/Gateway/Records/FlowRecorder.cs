using Exeat.Flows;
using Exeat.Gateway.Bindings;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Records;

/// <summary>Turns what the verdict thread decided into journal lines. Appends only: the loop commits once per batch, before any verdict is sent.</summary>
internal sealed class FlowRecorder(AgentRecords records, TimeProvider time)
{
    /// <summary>Writes all that was appended. False: permits among it must not take effect.</summary>
    public bool Commit() => records.Commit();

    public bool IsWritable => records.IsWritable;

    public Guid NewFlow() => Guid.CreateVersion7(time.GetUtcNow());

    /// <summary>The decision on a flow that goes on living in the table.</summary>
    public bool Decision(FlowEntry entry, Snapshot snapshot, int agent, Stage stage)
    {
        entry.Recorded = true;
        int owner = OwnerOf(entry, snapshot, agent);
        FlowDraft draft = Draft(
            entry.Id, snapshot, owner, entry.Key, stage, entry.Decision, entry.Enforced, entry.ClaimedName, ClaimSource(entry.ClaimProof), entry.Bound, null, stackalloc byte[DenialId.Length]);
        // What a hello names is what the server took; what is asked for inside TLS nobody saw (T12).
        bool rests = entry.Decision is { Verdict: Verdict.Permit, Proof: Proof.DnsSni or Proof.DnsQuic };
        return records.Append(draft with { AgentId = entry.AgentId, AgentClass = draft.AgentClass ?? entry.AgentClass, Labels = owner >= 0 ? draft.Labels : entry.Labels, IsNameOnSharedAddress = rests && Shared is { } shared && shared.Contains(entry.Key.Destination) });
    }

    /// <summary>A refusal that leaves nothing behind in the table.</summary>
    public bool Refusal(in PacketIn packet, Stage stage, Decision decision, ReadOnlySpan<DomainName> bound, ReadOnlySpan<byte> claimed = default, bool enforced = true) =>
        Append(NewFlow(), packet.Snapshot, packet.Agent, packet.Key, stage, decision, enforced, claimed, NameSource.Sni, bound, "refused");

    /// <summary>A refusal of what carries nothing: it is counted with its like.</summary>
    public bool EmptyRefusal(in PacketIn packet, Decision decision) =>
        records.Append(Draft(NewFlow(), packet.Snapshot, packet.Agent, packet.Key, Stage.FirstPacket, decision, enforced: true, default, default, default, "refused", stackalloc byte[DenialId.Length]) with { Log = RuleLog.Counted });

    /// <summary>A refusal of a flow of which no packet is at hand; <paramref name="agentId"/> says whose it was when the agent is gone, or has the address no more.</summary>
    public bool Refusal(in FlowKey key, Snapshot snapshot, int agent, Decision decision, string? agentId)
    {
        FlowDraft draft = Draft(NewFlow(), snapshot, agent, key, Stage.FirstPacket, decision, enforced: true, default, default, default, "refused", stackalloc byte[DenialId.Length]);
        return records.Append(draft with { AgentId = draft.AgentId ?? agentId });
    }

    /// <summary>The addresses that are known to be shared; null: none is known.</summary>
    public SharedAddresses? Shared { get; set; }

    /// <summary>What the kernel refuses by itself for a moment; null: nothing.</summary>
    public DenialCache? Denials { get; set; }

    /// <summary>A refusal of a first packet by policy. True: the kernel may refuse the like by itself for a moment.</summary>
    public bool FirstRefusal(in PacketIn packet, in Decision decision, ReadOnlySpan<DomainName> bound)
    {
        FlowDraft draft = Draft(NewFlow(), packet.Snapshot, packet.Agent, packet.Key, Stage.FirstPacket, decision, enforced: true, default, default, bound, "refused", stackalloc byte[DenialId.Length]);
        records.Append(draft, out Guid told);
        return Denials is { } cache && DenialCache.IsRepeatable(packet.Key.Protocol, decision) && cache.TryRemember(packet.Key, packet.Snapshot, draft with { Flow = told });
    }

    /// <summary>What a flow that lives on has carried so far.</summary>
    public bool Update(FlowEntry entry, Snapshot snapshot, int agent, in FlowCounts counts) => Totals(FlowEventKind.Update, entry, snapshot, agent, null, counts);

    /// <summary>The end of a flow, with the kernel's counts.</summary>
    public bool End(FlowEntry entry, Snapshot snapshot, int agent, string how, in FlowCounts counts) => Totals(FlowEventKind.End, entry, snapshot, agent, how, counts);

    private bool Totals(FlowEventKind kind, FlowEntry entry, Snapshot snapshot, int agent, string? how, in FlowCounts counts)
    {
        TimeSpan life = time.GetElapsedTime(entry.Started) - counts.Lingered;
        int owner = OwnerOf(entry, snapshot, agent);
        return records.Append(new FlowDraft
        {
            Flow = entry.Id,
            Kind = kind,
            AgentId = entry.AgentId,
            AgentClass = AgentOf(snapshot, owner)?.Class ?? entry.AgentClass,
            Labels = owner >= 0 ? snapshot.LabelsOf(owner) : entry.Labels,
            Source = entry.Key.Source,
            SourcePort = entry.Key.SourcePort,
            Destination = entry.Key.Destination,
            Port = entry.Key.Port,
            Protocol = entry.Key.Protocol,
            BytesOut = counts.BytesOut,
            BytesIn = counts.BytesIn,
            PacketsOut = counts.PacketsOut,
            PacketsIn = counts.PacketsIn,
            DurationMs = Math.Max(0, (long)life.TotalMilliseconds),
            End = how,
        });
    }

    private bool Append(
        Guid flow, Snapshot snapshot, int agent, in FlowKey key, Stage stage, in Decision decision, bool enforced, ReadOnlySpan<byte> claimed, NameSource source,
        ReadOnlySpan<DomainName> bound, string? end) =>
        records.Append(Draft(flow, snapshot, agent, key, stage, decision, enforced, claimed, source, bound, end, stackalloc byte[DenialId.Length]));

    private static FlowDraft Draft(
        Guid flow, Snapshot snapshot, int agent, in FlowKey key, Stage stage, in Decision decision, bool enforced, ReadOnlySpan<byte> claimed, NameSource source,
        ReadOnlySpan<DomainName> bound, string? end, Span<byte> denial)
    {
        AgentEntry? who = AgentOf(snapshot, agent);
        bool refused = decision.Verdict == Verdict.Deny;
        if (refused) DenialId.Write(flow, denial);
        CompiledPolicy policy = snapshot.Policy;
        return new FlowDraft
        {
            Flow = flow,
            Kind = FlowEventKind.Decision,
            AgentId = who?.Id,
            AgentClass = who?.Class,
            Labels = snapshot.LabelsOf(agent),
            Source = key.Source,
            SourcePort = key.SourcePort,
            Destination = key.Destination,
            Port = key.Port,
            Protocol = key.Protocol,
            ClaimedName = claimed,
            ClaimSource = source,
            Bound = bound,
            RuleName = policy.RuleName(decision),
            Proof = decision.Proof,
            Stage = stage,
            Reason = decision.Reason,
            Verdict = decision.Verdict,
            Mode = snapshot.ModeOf(agent),
            Enforced = enforced,
            WouldVerdict = decision.Would > 0 ? (Verdict)policy.Rules[decision.Would - 1].Action : null,
            WouldRule = decision.Would > 0 ? policy.RuleName(decision.Would) : null,
            Denial = refused ? denial : default,
            PolicyVersion = snapshot.Version,
            AgentsHash = snapshot.AgentsHash,
            Generation = (uint)snapshot.Generation,
            End = enforced && refused ? end : null,
            Log = decision.Rule > 0 ? policy.Rules[decision.Rule - 1].Log : default,
        };
    }

    // Of an agent that is gone the flow still knows who it was; and who has its address now did not make it.
    private static int OwnerOf(FlowEntry entry, Snapshot snapshot, int agent) => AgentOf(snapshot, agent)?.Id == entry.AgentId ? agent : -1;

    private static AgentEntry? AgentOf(Snapshot snapshot, int agent) => (uint)agent < (uint)snapshot.Policy.Agents.Length ? snapshot.Policy.Agents[agent] : null;

    private static NameSource ClaimSource(Proof proof) => proof == Proof.DnsHost ? NameSource.Host : NameSource.Sni;
}
