using Exeat.Gateway.Bindings;
using Exeat.Gateway.Records;
using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>Everything that is not TCP: datagrams, echo, and the few other protocols that a rule may permit by number.</summary>
/// <remarks>
/// A flow whose name matters is UDP under the eyes of <see cref="QuicJudge"/>; what names nobody on the wire is decided by its first packet.
/// </remarks>
internal sealed class DatagramJudge(FlowTable table, BindingBook bindings, FlowRecorder recorder, QuicJudge quic, NeverForwarded never, IConnections connections, TimeProvider time)
{
    /// <summary>The longest echo request, IP header included: ping's own have 84 bytes over IPv4 and 104 over IPv6. More would be a payload (K3).</summary>
    public const int EchoBytes = 128;

    // Conntrack's events come within milliseconds; in a flood they are lost.
    private static readonly TimeSpan LastWordWithin = TimeSpan.FromSeconds(1);

    private const byte Gre = 47, Esp = 50, Sctp = 132, Dccp = 33;

    public Answer FromAgent(in PacketIn packet, in Verdicts say)
    {
        FlowEntry? known = table.Find(packet.Key);
        if (known is null) return First(packet, say);
        if (known.State == FlowState.Refused)
        {
            // Ended by a policy change: recorded at the first packet that is refused by it.
            if (!known.Recorded) recorder.Decision(known, packet.Snapshot, packet.Agent, Stage.FirstPacket);
            // A socket that goes on sending would keep the connection alive, and refused, for ever: without it the next datagram is a first one, which policy may permit again.
            if (!IsIcmp(packet.View) && connections.Exists(known.Key, known.Zone))
            {
                connections.Delete(known.Key, known.Zone);
                known.Deleted = time.GetTimestamp();
                return say.Refused();
            }
            // Its end is about to be told, with the kernel's counts; and would be taken for that of a new flow of the same tuple.
            if (known.Deleted != 0 && time.GetElapsedTime(known.Deleted) < LastWordWithin) return say.Refused();
            // Nothing in the kernel whose end would be told: echo, and what was held and never left.
            recorder.End(known, packet.Snapshot, packet.Agent, known.EndOfRefused, known.Counts);
            table.Remove(known);
            return say.Refused();
        }
        if (known.Quic is { } flow) return quic.FromAgent(packet, say, known, flow);
        return known.Enforced && IsIcmp(packet.View) && !IsEcho(packet.View) ? Refuse(packet, say, new Decision(Verdict.Deny, Reason.ProtocolNotSupported), known.Bound) : say.Permitted();
    }

    public Answer FromServer(in PacketIn packet, in Verdicts say)
    {
        if (table.Find(packet.ReplyKey) is not { } known || known.State == FlowState.Refused) return Verdicts.Drop();
        return known.Quic is { } flow ? quic.FromServer(packet, say, known, flow) : say.Permitted();
    }

    private Answer First(in PacketIn packet, in Verdicts say)
    {
        Names.DomainName[] bound = bindings.Names(packet.AgentId, packet.View.Destination);
        Decision decision = never.Check(packet, Decide(packet, Stage.FirstPacket, bound), out bool always);
        // What the gateway itself refuses of a packet says nothing of the next one to the same place, and is not remembered.
        bool isPolicys = decision.Verdict == Verdict.Deny, isUdp = packet.View.Protocol == IpProtocol.Udp;
        // Only datagrams name somebody: for all else, nothing will ever be claimed.
        if (decision.Verdict == Verdict.Pending && !isUdp) decision = Decide(packet, Stage.Hello, bound);
        if (decision.Verdict != Verdict.Deny && !isUdp && !IsLetThrough(packet, decision)) decision = new Decision(Verdict.Deny, Reason.ProtocolNotSupported, 0, decision.Would);
        // An error message belongs to another flow: in no mode may it set that flow's mark (K3).
        always |= IsIcmpError(packet.View);
        bool enforced = always || !packet.Monitored;
        if (decision.Verdict == Verdict.Deny && enforced) return isPolicys ? say.Refused(recorder.FirstRefusal(packet, decision, bound)) : Refuse(packet, say, decision, bound);
        FlowEntry? entry = table.Begin(packet.Key, packet.AgentId, recorder.NewFlow(), time.GetTimestamp());
        if (entry is null) return Refuse(packet, say, new Decision(Verdict.Deny, Reason.LimitReached), bound);
        entry.SetOwner(packet.Snapshot, packet.Agent, packet.ZoneIn(connections));
        (entry.Bound, entry.Decision, entry.Generation, entry.Enforced) = (bound, decision, packet.Snapshot.Generation, enforced);
        if (decision.Verdict == Verdict.Pending) return quic.Begin(packet, say, entry);
        if (!recorder.Decision(entry, packet.Snapshot, packet.Agent, Stage.FirstPacket))
        {
            table.Remove(entry);
            return say.Refused();
        }
        table.Move(entry, FlowState.Permitted);
        return say.Permitted(entry);
    }

    private static Decision Decide(in PacketIn packet, Stage stage, ReadOnlySpan<Names.DomainName> bound) => packet.Snapshot.Policy.Decide(new Attempt
    {
        Agent = packet.Agent,
        Stage = stage,
        Protocol = packet.View.Protocol,
        Port = packet.View.DestinationPort,
        Destination = packet.View.Destination,
        Claim = stage == Stage.Hello ? Claim.Nothing : Claim.NotSeen,
        Bound = bound,
    });

    private Answer Refuse(in PacketIn packet, in Verdicts say, Decision decision, ReadOnlySpan<Names.DomainName> bound)
    {
        recorder.Refusal(packet, Stage.FirstPacket, decision, bound);
        return say.Refused();
    }

    /// <summary>Echo of a harmless size; of other protocols those that carry no packets of others, and only by a rule that states their number: <c>any</c> is said without thinking of tunnels.</summary>
    private static bool IsLetThrough(in PacketIn packet, in Decision decision)
    {
        if (IsIcmp(packet.View)) return IsEcho(packet.View);
        if (packet.View.Protocol is not (Gre or Esp or Sctp or Dccp)) return false;
        return decision.Rule > 0 && packet.Snapshot.Policy.Rules[decision.Rule - 1].Protocol.Number == packet.View.Protocol;
    }

    private static bool IsIcmp(in PacketView packet) => packet.Protocol is IpProtocol.Icmp or IpProtocol.IcmpV6;

    private static bool IsEcho(in PacketView packet)
    {
        bool isRequest = packet.IcmpCode == 0 && packet.IcmpType == (packet.Protocol == IpProtocol.Icmp ? 8 : 128);
        return isRequest && packet.PayloadLength + 8 + (packet.Source.IsV6 ? 40 : 20) <= EchoBytes;
    }

    private static bool IsIcmpError(in PacketView packet) =>
        packet.Protocol == IpProtocol.Icmp ? packet.IcmpType is 3 or 4 or 5 or 11 or 12 : packet.Protocol == IpProtocol.IcmpV6 && packet.IcmpType < 128;
}
