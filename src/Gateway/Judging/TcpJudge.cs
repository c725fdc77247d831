using Exeat.Gateway.Bindings;
using Exeat.Gateway.Records;
using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>The life of a TCP flow up to its permit (docs/life-of-a-connection.md).</summary>
/// <remarks>
/// <code>
///            SYN                SYN-ACK (anchor)           hello, whole                    all of it acknowledged,
///  agent ──────────► SynSent ──────────────► AwaitsHello ──────────────────► HelloSent ──  and an answer that is no
///         policy: deny → reset              policy: deny → both ends reset       │  ▲       HelloRetryRequest ──► Permitted
///         permit → Permitted                                                     ▼  │
///                                                      plain HTTP  │       AwaitsSecondHello
///                                                                  └──► Requests: each judged, to the end of the connection
/// </code>
/// The client's bytes pass only as the approved hello; the server's pass meanwhile. In monitor mode everything is judged and recorded alike, and nothing is held.
/// </remarks>
internal sealed partial class TcpJudge(
    FlowTable table, BindingBook bindings, FlowRecorder recorder, ResetList resets, Deliveries deliveries, IConnections connections, NeverForwarded never, TimeProvider time)
{
    private readonly byte[] _name = new byte[Names.CanonicalName.MaxBytes];

    /// <summary>Sends what was noted: bytes and acknowledgements, then resets. To be called when the records are written.</summary>
    public void Send()
    {
        deliveries.Send();
        resets.Send();
    }

    public Answer FromAgent(in PacketIn packet, in Verdicts say)
    {
        FlowKey key = packet.Key;
        FlowEntry? entry = table.Find(key);
        TcpFlags flags = packet.View.Flags;
        if ((flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn) return Syn(packet, say, entry);
        if (packet.Reused) return Foreign(packet, say);
        // The server takes an urgent byte out of the stream: it would read another hello than the one that was judged (T10). No pointer may come before it either. A SYN
        // takes a number of its own: servers that trim it off (BSD's) begin to read one byte later.
        if ((flags & (TcpFlags.Urg | TcpFlags.Syn)) != 0 && entry is { IsPending: true } or { State: FlowState.Requests }) return Deny(packet, say, entry, Reason.Malformed);
        if (entry is null) return (flags & TcpFlags.Rst) != 0 ? Verdicts.Drop() : Stray(packet, say);
        switch (entry.State)
        {
            case FlowState.Permitted:
                return say.Permitted();
            case FlowState.Refused:
                if (!entry.Recorded) recorder.Decision(entry, packet.Snapshot, packet.Agent, entry.Claim == Claim.NotSeen ? Stage.FirstPacket : Stage.Hello);
                return RefuseBoth(packet, say, entry);
            case FlowState.SynSent when packet.View.PayloadLength > 0 || (flags & TcpFlags.Rst) == 0:
                return Deny(packet, say, entry, Reason.NoAnchor);
            default:
                entry.Ends.FromClient(packet.View);
                // Without payload there is nothing to hold: handshake ACK, window updates, FIN, RST.
                if (packet.View.PayloadLength > 0) return ClientBytes(packet, say, entry);
                // Behind bytes that are held the server would not believe the client's own reset.
                if ((flags & TcpFlags.Rst) != 0 && !entry.Stream.IsSettled) resets.ToServer(entry.Key, entry.Anchor + entry.Stream.ApprovedEnd);
                return say.Pending();
        }
    }

    private Answer Syn(in PacketIn packet, in Verdicts say, FlowEntry? entry)
    {
        // One that is sent again may carry data as little as the first one (T11).
        bool again = entry is not null && entry.ClientIsn == packet.View.Sequence && packet.View.PayloadLength == 0;
        if (again && entry!.State == FlowState.SynSent && !packet.Reused) return Pending(say, entry);
        if (again && entry!.State == FlowState.AwaitsHello) return say.Pending();
        // Permitted by its address alone, and unanswered: any other permit on this tuple is another connection's (T15).
        // Answered meanwhile, and the answer is under way or lost: the server sends it again by itself, and forgetting the connection would end it.
        if (again && entry is { State: FlowState.Permitted, Claim: Claim.NotSeen }) return packet.Reused ? Verdicts.Drop() : say.Permitted();
        if (packet.Reused)
        {
            // The kernel would take this SYN for part of the living entry, mark and all: delete the entry, and judge the next SYN afresh (T15).
            connections.Delete(packet.Key, packet.ZoneIn(connections));
            return Refuse(packet, say, Stage.FirstPacket, new Decision(Verdict.Deny, Reason.TupleReused), drop: true);
        }
        // Same number, same places in the server's stream: an approved hello may be under way still, and another could overtake it (T3, T10).
        if (entry is { ServerAnchor: not 0 } && entry.ClientIsn == packet.View.Sequence)
            return Refuse(packet, say, Stage.FirstPacket, new Decision(Verdict.Deny, Reason.TupleReused), drop: true);
        if (entry is not null) Close(entry, packet.Snapshot, "replaced");
        if (packet.View.PayloadLength > 0) return Refuse(packet, say, Stage.FirstPacket, new Decision(Verdict.Deny, Reason.SynWithData));
        return Begin(packet, say);
    }

    private Answer Begin(in PacketIn packet, in Verdicts say)
    {
        Names.DomainName[] bound = bindings.Names(packet.AgentId, packet.View.Destination);
        Decision decision = packet.Snapshot.Policy.Decide(new Attempt
        {
            Agent = packet.Agent,
            Stage = Stage.FirstPacket,
            Protocol = packet.View.Protocol,
            Port = packet.View.DestinationPort,
            Destination = packet.View.Destination,
            Bound = bound,
        });
        decision = never.Check(packet, decision, out bool always);
        bool enforced = always || !packet.Monitored;
        if (decision.Verdict == Verdict.Deny && enforced) return say.Refused(recorder.FirstRefusal(packet, decision, bound));
        FlowEntry? entry = table.Begin(packet.Key, packet.AgentId, recorder.NewFlow(), time.GetTimestamp());
        if (entry is null) return Refuse(packet, say, Stage.FirstPacket, new Decision(Verdict.Deny, Reason.LimitReached), bound);
        entry.SetOwner(packet.Snapshot, packet.Agent, packet.ZoneIn(connections));
        entry.ClientIsn = packet.View.Sequence;
        entry.Ends.Syn(packet.View);
        entry.Bound = bound;
        entry.Generation = packet.Snapshot.Generation;
        entry.Enforced = enforced;
        entry.Decision = decision;
        if (decision.Verdict == Verdict.Pending) return Pending(say, entry);
        return Permit(packet, say, entry, Stage.FirstPacket);
    }

    /// <summary>Records the decision, then hands the flow to the kernel; in monitor mode a would-be denial as well.</summary>
    private Answer Permit(in PacketIn packet, in Verdicts say, FlowEntry entry, Stage stage)
    {
        if (!recorder.Decision(entry, packet.Snapshot, packet.Agent, stage)) return Unwritable(packet, say, entry);
        table.Move(entry, FlowState.Permitted);
        return say.Permitted(entry);
    }

    private static Answer Pending(in Verdicts say, FlowEntry entry) => entry.State == FlowState.Permitted ? say.Permitted() : say.Pending();

    /// <summary>Bytes of a connection that nobody saw begin: there is no anchor, so no hello can be trusted.</summary>
    private Answer Stray(in PacketIn packet, in Verdicts say)
    {
        var decision = new Decision(Verdict.Deny, Reason.NoAnchor);
        Answer answer = Refuse(packet, say, Stage.FirstPacket, decision);
        // Only where the kernel knows a connection is there an end to tell: else the agent would write numbers of its choice to whom it likes.
        ushort zone = packet.ZoneIn(connections);
        if (!connections.Exists(packet.Key, zone)) return answer;
        resets.ToServer(packet.Key, packet.View.Sequence);
        resets.Delete(packet.Key, zone);
        return answer;
    }

    /// <summary>
    /// Of no connection that the kernel would let it belong to. A client whose connection the kernel does not know any more (the machine began anew, somebody emptied the table) is told by a reset: it
    /// would send again for a quarter of an hour. Within a living connection a number out of place ends nothing. Neither passes.
    /// </summary>
    private Answer Foreign(in PacketIn packet, in Verdicts say)
    {
        bool lives = connections.Exists(packet.Key, packet.ZoneIn(connections));
        var decision = new Decision(Verdict.Deny, lives ? Reason.Malformed : Reason.NoAnchor);
        // A client that closes late, when nobody knows the connection any more, tried nothing.
        if (packet.View.PayloadLength == 0) recorder.EmptyRefusal(packet, decision);
        else recorder.Refusal(packet, Stage.FirstPacket, decision, default);
        return lives ? Verdicts.Drop() : say.Refused();
    }

    private Answer Refuse(in PacketIn packet, in Verdicts say, Stage stage, Decision decision, ReadOnlySpan<Names.DomainName> bound = default, bool drop = false)
    {
        recorder.Refusal(packet, stage, decision, bound);
        return drop ? Verdicts.Drop() : say.Refused();
    }

    /// <summary>A refusal after the handshake, for a reason of the gateway's own: both ends are reset.</summary>
    private Answer Deny(in PacketIn packet, in Verdicts say, FlowEntry entry, Reason reason) => Deny(packet, say, entry, new Decision(Verdict.Deny, reason));

    private Answer Deny(in PacketIn packet, in Verdicts say, FlowEntry entry, Decision decision)
    {
        entry.Decision = decision;
        if (!entry.Enforced) return Permit(packet, say, entry, StageOf(entry));
        recorder.Decision(entry, packet.Snapshot, packet.Agent, StageOf(entry));
        return RefuseBoth(packet, say, entry);
    }

    private Answer RefuseBoth(in PacketIn packet, in Verdicts say, FlowEntry entry)
    {
        // A server believes a reset only at its exact next byte: it has all up to this packet, or all that was approved, or what it acknowledged of it.
        resets.ToServer(entry.Key, packet.View.Sequence);
        ResetServer(entry, except: packet.View.Sequence);
        table.Move(entry, FlowState.Refused);
        resets.Delete(entry.Key, entry.Zone);
        return say.Refused();
    }

    private void ResetServer(FlowEntry entry, uint? except = null)
    {
        // No anchor: the flow was permitted at its SYN, and what its bytes are nobody followed.
        if (entry.ServerAnchor == 0) return;
        uint acknowledged = entry.Anchor + entry.Stream.Start, approved = entry.Anchor + entry.Stream.ApprovedEnd;
        if (acknowledged != except) resets.ToServer(entry.Key, acknowledged);
        if (approved != acknowledged && approved != except) resets.ToServer(entry.Key, approved);
    }

    /// <summary>Ends a connection whose client sends nothing just now.</summary>
    private void ResetBoth(FlowEntry entry)
    {
        ResetServer(entry);
        if (entry.ServerAnchor != 0) resets.ToClient(entry.Key, entry.Ends.ServerNext);
        resets.Delete(entry.Key, entry.Zone);
    }

    private Answer Unwritable(in PacketIn packet, in Verdicts say, FlowEntry entry)
    {
        entry.Decision = new Decision(Verdict.Deny, Reason.JournalUnwritable);
        return RefuseBoth(packet, say, entry);
    }

    private void Close(FlowEntry entry, Snapshot snapshot, string how)
    {
        recorder.End(entry, snapshot, snapshot.FindAgent(entry.Key.Source), how, entry.Counts);
        table.Remove(entry);
    }
}
