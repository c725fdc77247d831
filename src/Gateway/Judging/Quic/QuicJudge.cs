using Exeat.Gateway.Bindings;
using Exeat.Gateway.Records;
using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>The life of a UDP flow whose name matters (docs/life-of-a-connection.md).</summary>
/// <remarks>
/// <code>
///            first datagram                hello complete, over any datagrams          the server's Initial answers
///  agent ──────────────────► AwaitsInitial ─────────────────────────────► InitialSent ──────────────────────────► Permitted, watched
///          no QUIC: no name │              policy: deny → ICMP, nothing left   ▲                                     │
///          denies and address rules                                            └── another hello, the same name ─────┘
/// </code>
/// Watched: datagrams with a long header never ride on the mark (Q7). In monitor mode everything is judged and recorded alike, and nothing is held.
/// </remarks>
internal sealed partial class QuicJudge(
    FlowTable table, BindingBook bindings, FlowRecorder recorder, QuicReader reader, HeldDatagrams held, IConnections connections, TimeProvider time)
{
    private readonly byte[] _name = new byte[Names.CanonicalName.MaxBytes];
    private readonly List<(FlowEntry Entry, QuicFlow Flow, string AgentId)> _holding = [];
    private readonly HelloMemory _hellos = new(time);

    /// <summary>The first datagram of a flow that its address alone does not decide.</summary>
    public Answer Begin(in PacketIn packet, in Verdicts say, FlowEntry entry)
    {
        var flow = new QuicFlow(table, entry) { WaitsSince = time.GetTimestamp() };
        entry.Quic = flow;
        table.Move(entry, FlowState.AwaitsInitial);
        return FromAgent(packet, say, entry, flow);
    }

    public Answer FromAgent(in PacketIn packet, in Verdicts say, FlowEntry entry, QuicFlow flow)
    {
        ReadOnlySpan<byte> datagram = packet.View.Payload;
        if (packet.Waiting.IsMerged)
        {
            // Where one datagram ends and the next begins cannot be seen here, and a server would see it.
            bool isData = Lives(entry, flow) && !datagram.IsEmpty && (datagram[0] & 0x80) == 0 && !QuicHeader.MayHoldLongHeader(datagram);
            return isData ? Pass(say, entry) : Deny(packet, say, entry, flow, new Decision(Verdict.Deny, Reason.Malformed));
        }
        QuicReading reading = reader.Read(flow, datagram);
        switch (reading.Kind)
        {
            case QuicReadingKind.Known:
                // As long as it goes on its server keeps what it has of the hello.
                if (reading.Connection is { Remembered: true } known) _hellos.Refresh(entry.Key, known.KeyId);
                return Pass(say, entry);
            case QuicReadingKind.Incomplete:
                return Hold(packet, say, entry, flow, reading);
            case QuicReadingKind.Hello:
                return Hello(packet, say, entry, flow, reading.Connection!);
            case QuicReadingKind.NotQuic:
                return entry.State == FlowState.Permitted ? Pass(say, entry) : Nameless(packet, say, entry, flow, Claim.Nothing, reading.Reason);
            case QuicReadingKind.Unreadable:
                // Whoever reads it may find any name in it.
                return Nameless(packet, say, entry, flow, Claim.Unreadable, reading.Reason);
            default:
                return Deny(packet, say, entry, flow, new Decision(Verdict.Deny, reading.Reason));
        }
    }

    public Answer FromServer(in PacketIn packet, in Verdicts say, FlowEntry entry, QuicFlow flow)
    {
        switch (entry.State)
        {
            case FlowState.Permitted:
                return say.Watched();
            case FlowState.InitialSent:
                bool answers = reader.IsAnswer(flow, packet.View.Payload);
                // A Retry gave the same hello another id.
                if (flow.Approved is { Remembered: false } retried) Remember(entry, retried);
                if (!answers) return say.Pending();
                flow.IsAccepted = true;
                table.Move(entry, FlowState.Permitted);
                return say.Watched();
            default:
                // Nothing went out: nothing can be answered.
                return entry.Enforced ? Verdicts.Drop() : say.Pending();
        }
    }

    private Answer Hello(in PacketIn packet, in Verdicts say, FlowEntry entry, QuicFlow flow, QuicConnection connection)
    {
        ReadStatus status = QuicReader.Hello(connection, _name, out ClientHelloView hello);
        bool isUnreadable = status == ReadStatus.Malformed || hello.SniStatus is SniStatus.Invalid or SniStatus.Multiple;
        Claim claim = isUnreadable ? Claim.Unreadable : hello.SniStatus == SniStatus.Name ? Claim.Name : Claim.Nothing;
        ReadOnlySpan<byte> name = claim == Claim.Name ? _name.AsSpan(0, hello.NameLength) : default;
        // A second hello after a HelloRetryRequest, or another connection of the same socket: it must name whom the first one named (T8, Q7).
        bool isBound = connection.JudgedBytes > 0 || entry.Claim == Claim.Name;
        if (isBound && (claim != entry.Claim || !name.SequenceEqual(entry.ClaimedName))) return Deny(packet, say, entry, flow, new Decision(Verdict.Deny, Reason.HelloReplaced), name);
        UInt128 digest = HelloMemory.Digest(connection.Crypto.Contiguous);
        // What a flow knew of that connection is gone, and what its server has of it is not. Or another flow has gone on with it.
        if (_hellos.HasAnother(entry.Key, connection.KeyId, connection.JudgedBytes == 0 ? digest : connection.Digest)) return Deny(packet, say, entry, flow, new Decision(Verdict.Deny, Reason.HelloReplaced), name);
        connection.Digest = digest;
        if (connection.JudgedBytes == 0)
        {
            Names.DomainName[] bound = bindings.Names(entry.AgentId, entry.Key.Destination);
            Proof proof = claim == Claim.Name ? Proof.DnsQuic : Proof.Address;
            Decision decision = Decide(packet, entry, claim, name, proof, bound);
            // A flow that lives on keeps the name it was permitted by.
            if (!isBound && (decision.Verdict != Verdict.Deny || !Lives(entry, flow)))
            {
                entry.SetClaim(claim, name, proof);
                entry.Bound = bound;
            }
            if (decision.Verdict == Verdict.Deny)
            {
                if (status == ReadStatus.Malformed && decision.Reason == Reason.NoNameProven) decision = decision with { Reason = Reason.Malformed };
                return Deny(packet, say, entry, flow, decision, name);
            }
            entry.Decision = decision;
            if (!recorder.Decision(entry, packet.Snapshot, packet.Agent, Stage.Hello)) return Unwritable(entry, flow);
        }
        if (!Remember(entry, connection)) return Deny(packet, say, entry, flow, new Decision(Verdict.Deny, Reason.LimitReached), name);
        connection.JudgedBytes = connection.Crypto.End;
        flow.Approve(connection);
        flow.WaitsSince = time.GetTimestamp();
        table.Move(entry, FlowState.InitialSent);
        Answer answer = say.Pending(entry);
        // Pieces of another connection's hello, which nobody has judged: a server that had them first would read that hello by them.
        if (flow.HeldFor != connection) held.Drop(flow, entry.AgentId);
        held.Release(flow, entry.AgentId, answer.Mark);
        return answer;
    }

    /// <summary>First bytes that are no Initial prove no name: permits by name are false, denies match any bound name.</summary>
    private Answer Nameless(in PacketIn packet, in Verdicts say, FlowEntry entry, QuicFlow flow, Claim claim, Reason trouble)
    {
        Decision decision = Decide(packet, entry, claim, default, Proof.Address, entry.Bound);
        if (entry.State == FlowState.Permitted)
            return decision.Verdict == Verdict.Permit ? Pass(say, entry) : Deny(packet, say, entry, flow, decision);
        entry.SetClaim(claim, default, Proof.Address);
        if (decision is { Verdict: Verdict.Deny, Reason: Reason.NoNameProven } && (claim == Claim.Unreadable || trouble == Reason.QuicNotSupported)) decision = decision with { Reason = trouble };
        if (decision.Verdict == Verdict.Deny) return Deny(packet, say, entry, flow, decision);
        entry.Decision = decision;
        if (!recorder.Decision(entry, packet.Snapshot, packet.Agent, Stage.Hello)) return Unwritable(entry, flow);
        table.Move(entry, FlowState.Permitted);
        return say.Watched(entry);
    }

    private Answer Hold(in PacketIn packet, in Verdicts say, FlowEntry entry, QuicFlow flow, in QuicReading reading)
    {
        if (!entry.Enforced)
        {
            // Nothing waits here; its hello has its time all the same.
            if (flow.HeldFor != reading.Connection) held.Drop(flow, entry.AgentId);
            if (flow.HeldFor != reading.Connection && entry.State == FlowState.Permitted) flow.WaitsSince = time.GetTimestamp();
            flow.HeldFor = reading.Connection;
            return Pass(say, entry);
        }
        // Sent again while its first copy waits.
        if (!reading.IsNew) return Verdicts.Drop();
        if (flow.Held.Count == 0)
        {
            flow.WaitsSince = time.GetTimestamp();
            _holding.Add((entry, flow, entry.AgentId));
        }
        // Two hellos in pieces at once: the older one's begin anew when its client sends them again.
        if (flow.HeldFor != reading.Connection) held.Drop(flow, entry.AgentId);
        flow.HeldFor = reading.Connection;
        return held.TryHold(flow, entry.AgentId, packet.Waiting) ? Verdicts.Hold() : Deny(packet, say, entry, flow, new Decision(Verdict.Deny, Reason.LimitReached));
    }

    private Answer Deny(in PacketIn packet, in Verdicts say, FlowEntry entry, QuicFlow flow, Decision decision, ReadOnlySpan<byte> name = default)
    {
        held.Drop(flow, entry.AgentId);
        flow.Collect(null);
        if (Lives(entry, flow))
        {
            // The flow lives on: only this datagram is none of it. An ICMP error would tell the client that all of it is over.
            recorder.Refusal(packet, Stage.Hello, decision, entry.Bound, name, entry.Enforced);
            return entry.Enforced ? Verdicts.Drop() : Pass(say, entry);
        }
        bool wentOut = flow.Approved is not null;
        entry.Decision = decision;
        bool written = recorder.Decision(entry, packet.Snapshot, packet.Agent, Stage.Hello);
        if (!entry.Enforced)
        {
            if (!written) return Unwritable(entry, flow);
            table.Move(entry, FlowState.Permitted);
            return say.Watched(entry);
        }
        if (wentOut) connections.Delete(entry.Key, entry.Zone);
        recorder.End(entry, packet.Snapshot, packet.Agent, "refused", default);
        table.Remove(entry);
        return say.Refused();
    }

    private Answer Unwritable(FlowEntry entry, QuicFlow flow)
    {
        held.Drop(flow, entry.AgentId);
        table.Remove(entry);
        return Verdicts.Drop();
    }

    private bool Remember(FlowEntry entry, QuicConnection connection) =>
        connection.Remembered = _hellos.TryRemember(entry.Key, connection.KeyId, connection.Digest, entry.Use);

    private static bool Lives(FlowEntry entry, QuicFlow flow) => flow.IsAccepted || entry.State == FlowState.Permitted;

    private static Answer Pass(in Verdicts say, FlowEntry entry) => entry.State == FlowState.Permitted ? say.Watched() : say.Pending();

    private static Decision Decide(in PacketIn packet, FlowEntry entry, Claim claim, ReadOnlySpan<byte> name, Proof proof, ReadOnlySpan<Names.DomainName> bound) =>
        packet.Snapshot.Policy.Decide(new Attempt
        {
            Agent = packet.Agent,
            Stage = Stage.Hello,
            Protocol = entry.Key.Protocol,
            Port = entry.Key.Port,
            Destination = entry.Key.Destination,
            Claim = claim,
            ClaimedName = name,
            ClaimProof = proof,
            Bound = bound,
        });
}
