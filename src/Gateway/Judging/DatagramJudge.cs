using Exeat.Gateway.Bindings;
using Exeat.Gateway.Records;
using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>Everything that is not TCP. In this version nothing of it is let through when enforced; what a rule would permit is refused with a reason of its own.</summary>
internal sealed class DatagramJudge(FlowTable table, BindingBook bindings, FlowRecorder recorder, NeverForwarded never, TimeProvider time)
{
    public Answer FromAgent(in PacketIn packet, in Verdicts say)
    {
        FlowKey key = packet.Key;
        if (table.Find(key) is { } known)
        {
            if (known.State == FlowState.Permitted) return say.Permitted();
            // Ended by a policy change: recorded at the first packet that is refused by it.
            if (!known.Recorded) recorder.Decision(known, packet.Snapshot, packet.Agent, Stage.FirstPacket);
            return say.Refused();
        }
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
        if (decision.Verdict != Verdict.Deny) decision = new Decision(Verdict.Deny, NotSupported(packet.View), 0, decision.Would);
        // An error message belongs to another flow: in no mode may it set that flow's mark (K3).
        always |= IsIcmpError(packet.View);
        if (always || !packet.Monitored)
        {
            return say.Refused(recorder.FirstRefusal(packet, decision, bound));
        }
        FlowEntry? entry = table.Begin(key, packet.AgentId, recorder.NewFlow(), time.GetTimestamp());
        if (entry is null)
        {
            recorder.Refusal(packet, Stage.FirstPacket, new Decision(Verdict.Deny, Reason.LimitReached), bound);
            return say.Refused();
        }
        (entry.Bound, entry.Decision, entry.Generation) = (bound, decision, packet.Snapshot.Generation);
        if (!recorder.Decision(entry, packet.Snapshot, packet.Agent, Stage.FirstPacket))
        {
            table.Remove(entry);
            return say.Refused();
        }
        table.Move(entry, FlowState.Permitted);
        return say.Permitted(entry);
    }

    public Answer FromServer(in PacketIn packet, in Verdicts say) =>
        table.Find(packet.ReplyKey) is { State: FlowState.Permitted } ? say.Permitted() : Verdicts.Drop();

    private static Reason NotSupported(in PacketView packet) => packet.Protocol switch
    {
        IpProtocol.Udp when QuicHeader.LooksLikeLongHeader(packet.Payload, out _) => Reason.QuicNotSupported,
        IpProtocol.Udp => Reason.UdpNotSupported,
        _ => Reason.ProtocolNotSupported,
    };

    private static bool IsIcmpError(in PacketView packet) =>
        packet.Protocol == IpProtocol.Icmp ? packet.IcmpType is 3 or 4 or 5 or 11 or 12 : packet.Protocol == IpProtocol.IcmpV6 && packet.IcmpType < 128;
}
