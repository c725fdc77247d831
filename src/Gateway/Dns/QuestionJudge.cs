using Exeat.Gateway.Bindings;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>Asks policy about a question: first whether this agent may speak to this resolver at all, then whether it may ask this name and type.</summary>
internal sealed class QuestionJudge(BindingBook book, TimeProvider time)
{
    /// <summary>The attempt agent → resolver.</summary>
    public Judgement JudgeResolver(Exchange exchange)
    {
        Peer peer = exchange.Peer;
        Decision decision = ResolverAttempt.Decide(exchange.Snapshot.Policy, exchange.Agent, peer.Protocol, peer.Intercept, book.Names(exchange.Key, peer.Intercept, time.GetTimestamp()), out Stage stage);
        return Of(exchange, decision, stage);
    }

    /// <summary>The question itself: the name by policy, then the type by what the resolver answers.</summary>
    public static Judgement JudgeQuestion(Exchange exchange, AgentQuestion question)
    {
        // The root is nobody's destination; whoever asks for it wants to resolve by himself.
        if (question.Name is null) return new Judgement(new Decision(Verdict.Deny, Reason.DnsTypeRefused), Stage.Dns, Enforced: true);
        var attempt = new Attempt { Agent = exchange.Agent, Stage = Stage.Dns, Claim = Claim.Name, ClaimedName = question.Name.Bytes };
        Judgement judgement = Of(exchange, exchange.Snapshot.Policy.Decide(attempt), Stage.Dns);
        if (judgement.Refuses || IsAnswered(question.Type)) return judgement;
        // Types that carry free bytes are refused under enforce; monitor only says so, as long as their form can be checked.
        bool enforced = exchange.Mode == Mode.Enforce || !IsForwardable(question.Type);
        return judgement.Denies && !enforced ? judgement : new Judgement(judgement.Decision with { Verdict = Verdict.Deny, Reason = Reason.DnsTypeRefused }, Stage.Dns, enforced);
    }

    /// <summary>A decision as it is applied to this agent. Quarantine is a person's order, not a rule under trial: monitor does not soften it.</summary>
    private static Judgement Of(Exchange exchange, in Decision decision, Stage stage) =>
        new(decision, stage, decision.Verdict == Verdict.Permit || exchange.Mode == Mode.Enforce || decision.Reason == Reason.Quarantined);

    private static bool IsAnswered(DnsType type) => type is DnsType.A or DnsType.AAAA or DnsType.CNAME or DnsType.PTR or DnsType.HTTPS or DnsType.SVCB;

    private static bool IsForwardable(DnsType type) => type is DnsType.TXT or DnsType.MX or DnsType.SRV or DnsType.NS or DnsType.SOA;
}
