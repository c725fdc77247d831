using System.Collections.Concurrent;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Dns;

/// <summary>Writes one record per question, and one record with a count for refusals that an agent could produce without end.</summary>
internal sealed class DnsRecorder(IFlowSink sink, TimeProvider time)
{
    private readonly ConcurrentDictionary<(int Key, Reason Reason, byte Protocol, Address Intercept), Tally> _tallies = new();

    public Guid NewFlow() => Guid.CreateVersion7(time.GetUtcNow());

    /// <summary>
    /// The record of a judged question: written before the question goes out, since data in labels leaves with it, and again when the answer changes the judgement (or, as an
    /// update, when it brings aliases). False: it could not be written, so nothing may be asked or released.
    /// </summary>
    public bool Record(Exchange exchange, ReadOnlySpan<DomainName> aliases = default)
    {
        bool known = exchange.Recorded == exchange.Judgement;
        if (known && aliases.IsEmpty) return true;
        exchange.Recorded = exchange.Judgement;
        return Write(exchange, known ? FlowEventKind.Update : FlowEventKind.Decision, 1, aliases);
    }

    /// <summary>Counts a refusal. The first of its kind is written at once, the following ones together at the next <see cref="Flush"/>.</summary>
    public void Count(Exchange exchange)
    {
        // Bounded: agents of policy × a handful of reasons × two protocols × configured resolvers.
        Tally tally = _tallies.GetOrAdd((exchange.Key, exchange.Judgement.Decision.Reason, exchange.Peer.Protocol, exchange.Peer.Intercept), _ => new Tally());
        if (tally.IsFirst(exchange)) Write(exchange, FlowEventKind.Counted, 1, default);
    }

    /// <summary>Writes what was counted since the last time.</summary>
    public void Flush()
    {
        foreach (Tally tally in _tallies.Values)
            if (tally.Take() is (long count and > 0, { } last)) Write(last, FlowEventKind.Counted, count, default);
    }

    private bool Write(Exchange exchange, FlowEventKind kind, long count, ReadOnlySpan<DomainName> aliases)
    {
        Snapshot snapshot = exchange.Snapshot;
        CompiledPolicy policy = snapshot.Policy;
        AgentEntry? agent = (uint)exchange.Agent < (uint)policy.Agents.Length ? policy.Agents[exchange.Agent] : null;
        Judgement judgement = exchange.Judgement;
        Decision decision = judgement.Decision;
        Span<byte> denial = stackalloc byte[DenialId.Length];
        if (judgement.Denies) DenialId.Write(exchange.Flow, denial);
        bool written = sink.Record(new FlowDraft
        {
            Flow = exchange.Flow,
            Kind = kind,
            AgentId = agent?.Id,
            AgentClass = agent?.Class,
            Labels = snapshot.LabelsOf(exchange.Agent),
            Source = exchange.Peer.Source,
            SourcePort = exchange.Peer.Port,
            Destination = exchange.Peer.Intercept,
            Port = ResolverAttempt.Port,
            Protocol = exchange.Peer.Protocol,
            ClaimedName = exchange.NameBytes,
            ClaimSource = NameSource.Question,
            Cnames = aliases,
            RuleName = policy.RuleName(decision),
            Proof = Proof.Address,
            Stage = judgement.Stage,
            Reason = decision.Reason,
            Verdict = decision.Verdict,
            Mode = exchange.Mode,
            Enforced = judgement.Enforced && (judgement.Denies || exchange.Mode == Mode.Enforce),
            WouldVerdict = decision.Would > 0 ? (Verdict)policy.Rules[decision.Would - 1].Action : null,
            WouldRule = decision.Would > 0 ? policy.RuleName(decision.Would) : null,
            Denial = judgement.Denies ? denial : default,
            PolicyVersion = snapshot.Version,
            AgentsHash = snapshot.AgentsHash,
            Generation = (uint)snapshot.Generation,
            Log = decision.Rule > 0 ? policy.Rules[decision.Rule - 1].Log : default,
            Count = count,
        }, out Guid told);
        // A refusal that was counted stands under the flow of the first of its kind: the answer names that one's denial id.
        exchange.Flow = told;
        return written;
    }

    private sealed class Tally
    {
        private readonly Lock _gate = new();
        private Exchange? _last;
        private long _count;
        private bool _running;

        public bool IsFirst(Exchange exchange)
        {
            lock (_gate)
            {
                if (!_running) return _running = true;
                _last = exchange;
                _count++;
                return false;
            }
        }

        public (long Count, Exchange? Last) Take()
        {
            lock (_gate)
            {
                (long count, Exchange? last) = (_count, _last);
                // A window without refusals ends the series: the next one is a first again.
                _running = count > 0;
                (_count, _last) = (0, null);
                return (count, last);
            }
        }
    }
}
