using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>
/// Takes an imagined attempt of an honest client through the moments at which a gateway asks policy: the DNS question, its answer, the first packet, the
/// hello. It says what enforce does; monitor records the same and lets pass. Policy tests, <c>explain</c> and what-if share it.
/// </summary>
public sealed class PolicyWalk
{
    /// <summary>Stands in for the address of a name that is given without one (RFC 5737: nobody is there).</summary>
    public static readonly Address StandIn = Address.V4(0xC0000201);

    private readonly CompiledPolicy _policy;
    private readonly int _agent;
    private readonly Destination _to;
    private readonly Address _address;
    private readonly bool _explain;
    private readonly ImmutableArray<WalkStep>.Builder _steps = ImmutableArray.CreateBuilder<WalkStep>();

    private PolicyWalk(CompiledPolicy policy, int agent, Destination to, bool explain)
    {
        (_policy, _agent, _to, _explain) = (policy, agent, to, explain);
        _address = to.Address.IsKnown ? to.Address : StandIn;
        Ask();
        Steps = _steps.ToImmutable();
    }

    /// <summary>The moments up to the one that decided; never empty.</summary>
    public ImmutableArray<WalkStep> Steps { get; }

    /// <summary>The last moment, whose decision holds.</summary>
    public WalkStep Outcome => Steps[^1];

    /// <summary>Walks.</summary>
    /// <param name="policy">The compiled policy.</param>
    /// <param name="agent">The agent's index in <see cref="CompiledPolicy.Agents"/>.</param>
    /// <param name="to">Where the agent goes.</param>
    /// <param name="explain">Whether each step lists the rules considered.</param>
    public static PolicyWalk Take(CompiledPolicy policy, int agent, Destination to, bool explain = false) => new(policy, agent, to, explain);

    private void Ask()
    {
        if (_to.Name is { } name)
        {
            Attempt question = new() { Agent = _agent, Stage = Stage.Dns, Claim = Claim.Name, ClaimedName = name.Bytes };
            if (Step(question, $"the question for {name}") != Verdict.Permit || _to.Scheme == DestinationScheme.Dns) return;
            if (AnswerIsRefused(name)) return;
        }
        if (Step(At(Stage.FirstPacket, Claim.NotSeen), Arriving()) != Verdict.Pending) return;
        Step(At(Stage.Hello, ClaimedName is null ? Claim.Nothing : Claim.Name), ClaimedName is null ? "first bytes that name nobody" : _to.Scheme == DestinationScheme.Http ? $"a request for {ClaimedName}" : $"a hello for {ClaimedName}");
    }

    // Clients send no server name for an address.
    private DomainName? ClaimedName => _to.Scheme switch
    {
        DestinationScheme.Https => _to.Sni ?? _to.Name,
        DestinationScheme.Http => _to.Name,
        _ => null,
    };

    private byte Protocol => _to.Scheme switch
    {
        DestinationScheme.Udp => 17,
        DestinationScheme.Icmp => _address.IsV6 ? (byte)58 : (byte)1,
        _ => 6,
    };

    private Attempt At(Stage stage, Claim claim) => new()
    {
        Agent = _agent,
        Stage = stage,
        Protocol = Protocol,
        Port = _to.Port,
        Destination = _address,
        Claim = claim,
        ClaimedName = claim == Claim.Name ? ClaimedName!.Bytes : default,
        Bound = _to.Name is { } name ? new DomainName[] { name } : default,
        ClaimProof = _to.Scheme == DestinationScheme.Http ? Proof.DnsHost : Proof.DnsSni,
    };

    private Verdict Step(in Attempt attempt, string known)
    {
        ImmutableArray<RuleFinding> findings = _explain ? _policy.Explain(attempt).Findings : [];
        return Add(attempt.Stage, known, _policy.Decide(attempt), findings);
    }

    // As the resolver does before it releases an answer: a public name does not lead to a private address by itself.
    private bool AnswerIsRefused(DomainName name)
    {
        if (_policy.MayAnswer(_agent, name.Bytes, _address)) return false;
        Add(Stage.Dns, $"the answer {_address} for {name}", new Decision(Verdict.Deny, Reason.AddressNotAllowed), []);
        return true;
    }

    private Verdict Add(Stage stage, string known, Decision decision, ImmutableArray<RuleFinding> findings)
    {
        string? would = decision.Would > 0 ? _policy.RuleName(decision.Would) : null;
        _steps.Add(new WalkStep(stage, known, decision, _policy.RuleName(decision), would, findings));
        return decision.Verdict;
    }

    private string Arriving()
    {
        string place = _to.Port == 0 ? _address.ToString() : new AddressAndPort(_address, _to.Port).ToString();
        string transport = _to.Scheme switch { DestinationScheme.Udp => "UDP", DestinationScheme.Icmp => "ICMP", _ => "TCP" };
        return _to.Name is { } name ? $"the first packet, {transport} to {place}, where {name} is bound" : $"the first packet, {transport} to {place}";
    }
}
