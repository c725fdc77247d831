using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>Plain HTTP where names decide: the Host of every request is judged, so the connection never leaves the queue (H1, H2).</summary>
internal sealed partial class TcpJudge
{
    // A name on this port is proven by TLS. Plain HTTP there is a client's mistake, or a way around what TLS servers are asked.
    private const ushort TlsPort = 443;

    /// <summary>Reads on from the last approved byte: bodies go as they come, heads when they are whole and permitted.</summary>
    private Answer? NextRequests(in PacketIn packet, in Verdicts say, FlowEntry entry)
    {
        ClientStream stream = entry.Stream;
        int at = stream.Approved;
        while (at < stream.Here)
        {
            ReadOnlySpan<byte> bytes = stream.Bytes(at, stream.Here);
            if (!entry.Body.IsOver)
            {
                if (entry.Body.Follow(bytes, out int taken) == ReadStatus.Malformed) return Deny(packet, say, entry, Reason.HttpAmbiguous);
                at += taken;
                continue;
            }
            ReadStatus line = entry.Body.PassEmptyLine(bytes);
            if (line == ReadStatus.NeedMore) break;
            if (line == ReadStatus.Found)
            {
                at += HttpBody.EmptyLineBytes;
                continue;
            }
            ReadStatus status = HttpHead.Read(bytes, _name, ref entry.Head, out HttpHeadView head);
            if (status == ReadStatus.NeedMore) break;
            if (JudgeRequest(packet, say, entry, head) is { } refused) return refused;
            (entry.Body, entry.Head) = (HttpBody.After(head), default);
            at += head.HeadBytes;
        }
        stream.Approve(at);
        return null;
    }

    private Answer? JudgeRequest(in PacketIn packet, in Verdicts say, FlowEntry entry, in HttpHeadView head)
    {
        bool isFirst = entry.State != FlowState.Requests;
        Stage stage = StageOf(entry);
        ReadOnlySpan<byte> name = _name.AsSpan(0, head.NameLength);
        bool isOther = isFirst || !entry.ClaimedName.SequenceEqual(name);
        if (head.Problem != HttpProblem.None) entry.SetClaim(Claim.Unreadable, default, Proof.Address);
        else if (name.IsEmpty) entry.SetClaim(Claim.Nothing, default, Proof.Address);
        else entry.SetClaim(Claim.Name, name, Proof.DnsHost);
        // A name that was bound when the connection began stays so while it lives.
        if (isOther) entry.Bound = bindings.Names(entry.AgentId, entry.Key.Destination);
        Decision decision = Judge(packet, entry, stage);
        if (head.Problem != HttpProblem.None) decision = Worse(decision, head.Problem == HttpProblem.Upgrade ? Reason.HttpUpgrade : Reason.HttpAmbiguous);
        if (decision is { Verdict: Verdict.Permit, Proof: Proof.DnsHost } && entry.Key.Port == TlsPort) decision = new Decision(Verdict.Deny, Reason.HttpNotSupported, 0, decision.Would);
        if (decision.Verdict == Verdict.Deny) return Deny(packet, say, entry, decision);
        // More of the same is part of what was recorded: a line for each would let one agent turn the journal over.
        bool isNews = isOther || decision != entry.Decision;
        entry.Decision = decision;
        if (isNews && !recorder.Decision(entry, packet.Snapshot, packet.Agent, stage)) return Unwritable(packet, say, entry);
        if (isFirst) table.Move(entry, FlowState.Requests);
        return null;
    }

    // What a rule denies stays its denial; what would pass, or lacks only the name, is refused for what is wrong with it.
    private static Decision Worse(Decision decision, Reason reason) => decision switch
    {
        { Verdict: Verdict.Deny, Reason: Reason.NoNameProven } => decision with { Reason = reason },
        { Verdict: Verdict.Deny } => decision,
        _ => new Decision(Verdict.Deny, reason, 0, decision.Would),
    };

    private static Stage StageOf(FlowEntry entry) => entry.State == FlowState.Requests ? Stage.Request : Stage.Hello;
}
