using System.Text;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>A recorded decision made into the question that policy was asked, so that it can be asked again (and must be answered alike).</summary>
public sealed class FlowReplay
{
    /// <summary>The most bound names that a counted refusal states.</summary>
    public const int MaxCountedNames = 8;

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
        FlowName? claim = null;
        int bound = 0;
        foreach (FlowName name in read.Names)
        {
            if (name.Source == "binding") bound++;
            else if (claim is null && name.Source is "question" or "sni" or "host") claim = name;
        }
        _bound = bound == 0 ? [] : new DomainName[bound];
        foreach (FlowName name in read.Names)
        {
            if (name.Source == "binding") _bound[^bound--] = DomainName.FromCanonical(Encoding.ASCII.GetBytes(name.Name));
        }
        Claimed = claim?.Name;
        _claimed = claim is null ? [] : Encoding.Latin1.GetBytes(claim.Name);
        // Only the kind of claim is needed here; whether it is proven is for policy to find from the bound names.
        _claimProof = claim?.Source switch
        {
            "sni" => _protocol == 17 ? Proof.DnsQuic : Proof.DnsSni,
            "host" => Proof.DnsHost,
            _ => Proof.Dns,
        };
        Name = stage == Stage.FirstPacket ? FirstBound ?? claim?.Name : claim?.Name ?? FirstBound;
    }

    /// <summary>The event that is replayed.</summary>
    public FlowEvent Event { get; }

    /// <summary>What the client claimed or asked; null: nothing.</summary>
    public string? Claimed { get; }

    /// <summary>What the client claimed or asked, else the first name bound to the address; null when only the address is known.</summary>
    public string? Name { get; }

    /// <summary>Whether the client's bytes named somebody in a way that could not be read with certainty.</summary>
    public bool IsUnreadable => Event.Reason == Unreadable;

    /// <summary>How many hellos an honest client may send after this first packet: one for each bound name; one that names nobody when there is none.</summary>
    public int HonestHellos => Math.Max(1, _bound.Length);

    /// <summary>Null when the event holds no decision of policy: totals, notes, refusals for the shape of the packet, counts without a destination, or more names than were written.</summary>
    public static FlowReplay? From(FlowEvent read) =>
        FlowWords.StageOf(read.Stage) is { } stage && IsReasonOfPolicy(read) && IsWhole(read, stage) ? new FlowReplay(read, stage) : null;

    /// <summary>Whether policy decided, rather than the shape of a packet, a limit, or the answer of a resolver.</summary>
    public static bool IsReasonOfPolicy(FlowEvent read) =>
        // At the DNS stage this one comes from the answer, which policy never saw.
        PolicyReasons.Contains(read.Reason) && !(read.Stage == "dns" && read.Reason == ByAddress);

    /// <summary>The question, for the agent's index in the compiled policy. It points into this object.</summary>
    public Attempt Attempt(int agent) => new()
    {
        Agent = agent,
        Stage = _stage,
        Protocol = _protocol,
        Port = _port,
        Destination = _destination,
        Claim = IsUnreadable ? Claim.Unreadable : _claimed.Length > 0 ? Claim.Name : _stage is Stage.Hello or Stage.Request ? Claim.Nothing : Claim.NotSeen,
        ClaimedName = _claimed,
        Bound = _bound,
        ClaimProof = _claimProof,
    };

    /// <summary>What an honest client would have sent after this first packet; <paramref name="hello"/> is below <see cref="HonestHellos"/>.</summary>
    public Attempt HonestHello(int agent, int hello) => new()
    {
        Agent = agent,
        Stage = Stage.Hello,
        Protocol = _protocol,
        Port = _port,
        Destination = _destination,
        Claim = _bound.Length == 0 ? Claim.Nothing : Claim.Name,
        ClaimedName = _bound.Length == 0 ? default : _bound[hello].Bytes,
        Bound = _bound,
        ClaimProof = _protocol == 17 ? Proof.DnsQuic : Proof.DnsSni,
    };

    /// <summary>Whether the answer says what the record says.</summary>
    /// <param name="answer">The evaluator's answer.</param>
    /// <param name="ruleName">The name of the rule that it gives.</param>
    public bool Agrees(Decision answer, string ruleName) =>
        answer.Verdict.Text() == Event.Verdict && answer.Reason.Text() == Event.Reason && ruleName == Event.Rule;

    private string? FirstBound => _bound.Length > 0 ? _bound[0].Text : null;

    // A counted line stands for like attempts, as the first of them was; the kernel's own counters and those of an agent over its share tell no destination.
    private static bool IsWhole(FlowEvent read, Stage stage)
    {
        if (read.NamesOmitted > 0) return false;
        if (read.Event == "decision") return true;
        return read.Event == "counted" && read.Agent is not null && read.Names.Count(name => name.Source == "binding") < MaxCountedNames
            && (stage == Stage.Dns ? read.Names.Any(name => name.Source == "question") : read.Destination is not null);
    }

    private static readonly string Unreadable = Reason.NameUnreadable.Text(), ByAddress = Reason.AddressNotAllowed.Text();

    // Reasons that the evaluator gives; all others come from the packets themselves, limits or the journal.
    private static readonly HashSet<string?> PolicyReasons =
    [
        .. new[]
        {
            Reason.DefaultDeny, Reason.PermittedByRule, Reason.DeniedByRule, Reason.Quarantined, Reason.DefaultPermit, Reason.AwaitsHello, Reason.NameNotBound,
            Reason.NoNameProven, Reason.EmptyNonTerminal, Reason.AddressNotAllowed, Reason.NameUnreadable,
        }.Select(reason => reason.Text()),
    ];
}
