using System.Text;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>A recorded decision made into the question that policy was asked, so that it can be asked again (and must be answered alike).</summary>
public sealed class FlowReplay
{
    private readonly Stage _stage;
    private readonly byte _protocol;
    private readonly ushort _port;
    private readonly Address _destination;
    private readonly DomainName[] _bound;
    private readonly byte[] _claimed;
    private readonly Proof _claimProof;

    private FlowReplay(FlowEvent read, Stage stage)
    {
        Event = read;
        _stage = stage;
        _protocol = FlowWords.ProtocolNumber(read.Protocol);
        _port = (ushort)read.Port;
        if (!Address.TryParse(read.Destination, out _destination)) _destination = default;
        _bound = [.. read.Names.Where(name => name.Source == "binding").Select(name => DomainName.FromCanonical(Encoding.ASCII.GetBytes(name.Name)))];
        FlowName? claim = read.Names.FirstOrDefault(name => name.Source is "question" or "sni" or "host");
        _claimed = Encoding.Latin1.GetBytes(claim?.Name ?? "");
        // Only the kind of claim is needed here; whether it is proven is for policy to find from the bound names.
        _claimProof = claim?.Source switch
        {
            "sni" => _protocol == 17 ? Proof.DnsQuic : Proof.DnsSni,
            "host" => Proof.DnsHost,
            _ => Proof.Dns,
        };
    }

    /// <summary>The event that is replayed.</summary>
    public FlowEvent Event { get; }

    /// <summary>Null when the event holds no decision of policy: totals, notes, refusals for the shape of the packet, or more names than were written.</summary>
    public static FlowReplay? From(FlowEvent read) =>
        read.Event == "decision" && read.NamesOmitted == 0 && FlowWords.StageOf(read.Stage) is { } stage && PolicyReasons.Contains(read.Reason)
        // At the DNS stage this one comes from the answer, which policy never saw.
        && !(stage == Stage.Dns && read.Reason == Reason.AddressNotAllowed.Text()) ? new FlowReplay(read, stage) : null;

    /// <summary>The question, for the agent's index in the compiled policy. It points into this object.</summary>
    public Attempt Attempt(int agent) => new()
    {
        Agent = agent,
        Stage = _stage,
        Protocol = _protocol,
        Port = _port,
        Destination = _destination,
        Claim = _claimed.Length > 0 ? Claim.Name : _stage is Stage.Hello or Stage.Request ? Claim.Nothing : Claim.NotSeen,
        ClaimedName = _claimed,
        Bound = _bound,
        ClaimProof = _claimProof,
    };

    /// <summary>Whether the answer says what the record says.</summary>
    /// <param name="answer">The evaluator's answer.</param>
    /// <param name="ruleName">The name of the rule that it gives.</param>
    public bool Agrees(Decision answer, string ruleName) =>
        answer.Verdict.Text() == Event.Verdict && answer.Reason.Text() == Event.Reason && ruleName == Event.Rule;

    // Reasons that the evaluator gives; all others come from the packets themselves, limits or the journal.
    private static readonly HashSet<string?> PolicyReasons =
    [
        .. new[]
        {
            Reason.DefaultDeny, Reason.PermittedByRule, Reason.DeniedByRule, Reason.Quarantined, Reason.DefaultPermit, Reason.AwaitsHello, Reason.NameNotBound,
            Reason.NoNameProven, Reason.EmptyNonTerminal, Reason.AddressNotAllowed,
        }.Select(reason => reason.Text()),
    ];
}
