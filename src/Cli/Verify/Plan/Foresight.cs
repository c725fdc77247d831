using System.Collections.Immutable;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire.Dns;

namespace Exeat.Cli.Verify;

/// <summary>Says of an attempt what the gateway has to make of it: the one evaluator's decision, and beside it what a gateway refuses by itself, in every policy.</summary>
internal sealed class Foresight(CompiledPolicy policy, int agent)
{
    private const ushort Dns = 53, DnsOverTls = 853, Https = 443;

    /// <summary>What has to come of it, when these names are bound to its address for this agent.</summary>
    public Expected Of(Probe probe, params ReadOnlySpan<DomainName> bound)
    {
        if (probe.IsQuestion && AtResolver(probe) is { Permits: true }) return Question(probe);
        Expected decided = Arrival(probe, bound);
        return decided.Permits && Never(probe) is { } reason ? new Expected(false, Stage.FirstPacket, "", [reason]) : decided;
    }

    /// <summary>Whether the agent may ask this resolver, as far as the policy tells: the gateway's own document says which addresses it answers for.</summary>
    public bool MayAsk(Address resolver) => AtResolver(new Probe { Kind = ProbeKind.Question, To = resolver, Port = Dns }).Permits;

    /// <summary>Whether a question for this name is forwarded for this agent.</summary>
    public bool Resolves(DomainName name) =>
        policy.Decide(new Attempt { Agent = agent, Stage = Stage.Dns, Claim = Claim.Name, ClaimedName = name.Bytes }).Verdict == Verdict.Permit;

    private Expected AtResolver(Probe probe)
    {
        Decision decision = policy.Decide(new Attempt { Agent = agent, Stage = Stage.FirstPacket, Protocol = probe.Protocol, Port = Dns, Destination = probe.To });
        if (decision.Verdict == Verdict.Pending)
            decision = policy.Decide(new Attempt { Agent = agent, Stage = Stage.Hello, Protocol = probe.Protocol, Port = Dns, Destination = probe.To, Claim = Claim.Nothing });
        return Say(decision, Stage.FirstPacket);
    }

    private Expected Question(Probe probe)
    {
        Decision decision = policy.Decide(new Attempt { Agent = agent, Stage = Stage.Dns, Claim = Claim.Name, ClaimedName = probe.Name!.Bytes });
        bool isCarrier = probe.Type is not (DnsType.A or DnsType.AAAA or DnsType.CNAME or DnsType.PTR or DnsType.HTTPS or DnsType.SVCB);
        return decision.Verdict == Verdict.Permit && isCarrier ? new Expected(false, Stage.Dns, "", [Reason.DnsTypeRefused]) : Say(decision, Stage.Dns);
    }

    private Expected Arrival(Probe probe, ReadOnlySpan<DomainName> bound)
    {
        Decision first = policy.Decide(Attempt(probe, Stage.FirstPacket, Claim.NotSeen, bound));
        if (first.Verdict != Verdict.Pending) return Say(first, Stage.FirstPacket);
        bool claims = probe.Kind is ProbeKind.Tls or ProbeKind.Http or ProbeKind.Quic && probe.Name is not null;
        Expected hello = Say(policy.Decide(Attempt(probe, Stage.Hello, claims ? Claim.Name : Claim.Nothing, bound)), Stage.Hello);
        // On the port of HTTPS a name has to be proven by a hello.
        return hello.Permits && probe is { Kind: ProbeKind.Http, Port: Https } ? new Expected(false, Stage.Hello, "", [Reason.HttpNotSupported]) : hello;
    }

    private Attempt Attempt(Probe probe, Stage stage, Claim claim, ReadOnlySpan<DomainName> bound) => new()
    {
        Agent = agent,
        Stage = stage,
        Protocol = probe.Protocol,
        Port = probe.IsQuestion ? Dns : probe.Port,
        Destination = probe.To,
        Claim = claim,
        ClaimedName = claim == Claim.Name ? probe.Name!.Bytes : default,
        Bound = bound,
        ClaimProof = probe.Kind switch { ProbeKind.Http => Proof.DnsHost, ProbeKind.Quic => Proof.DnsQuic, _ => Proof.DnsSni },
    };

    // What no rule opens: docs/life-of-a-connection.md, and decision 0003.
    private Reason? Never(Probe probe)
    {
        if (AddressScreen.KindOf(probe.To) == AddressKind.Never) return Reason.AddressNotAllowed;
        if (policy.Agents.Any(a => a.Addresses.Contains(probe.To))) return Reason.TowardsAgent;
        return probe.Protocol is 6 or 17 && (probe.IsQuestion || probe.Port is Dns or DnsOverTls) ? Reason.DnsNotForwarded : null;
    }

    private Expected Say(Decision decision, Stage stage)
    {
        bool permits = decision.Verdict == Verdict.Permit;
        return new Expected(permits, stage, policy.RuleName(decision), permits ? [] : Reasons(decision.Reason));
    }

    // What the gateway knows better: which addresses it answers for, and names bound by earlier questions of the agent's.
    private static ImmutableArray<Reason> Reasons(Reason reason) => reason switch
    {
        Reason.DefaultDeny => [reason, Reason.NameNotBound, Reason.NoNameProven, Reason.AddressNotAllowed, Reason.TowardsAgent, Reason.DnsNotForwarded, Reason.ProtocolNotSupported, Reason.HttpNotSupported, Reason.EmptyNonTerminal],
        Reason.NameNotBound or Reason.NoNameProven => [reason, Reason.DefaultDeny, Reason.HttpNotSupported],
        Reason.DeniedByRule => [reason, Reason.EmptyNonTerminal],
        _ => [reason],
    };
}
