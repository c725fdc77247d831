using Exeat.Gateway.Kernel;
using Exeat.Gateway.Records;
using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>Sorts queued packets by where they were met and by protocol. Owned by the verdict thread.</summary>
internal sealed class PacketJudge(TcpJudge tcp, DatagramJudge datagrams, FlowRecorder recorder, Interfaces interfaces, MarkLayout marks)
{
    private const byte Prerouting = 0;
    private const byte Input = 1;

    private Snapshot? _snapshot;

    public MarkLayout Marks => marks;

    private Verdicts _say;

    /// <summary>The policy in force; set between packets only.</summary>
    public Snapshot Snapshot
    {
        get => _snapshot!;
        set => (_snapshot, _say) = (value, new Verdicts(marks, value.Generation));
    }

    /// <summary>Judges one packet: its bytes from the IP header on, the hook it was met at, the interface it came in by, its mark, and how it waits.</summary>
    public Answer Judge(ReadOnlySpan<byte> bytes, byte hook, int inInterface, uint mark, HeldPacket waiting = default)
    {
        Snapshot snapshot = Snapshot;
        bool read = PacketView.TryRead(bytes, allowGso: true, out PacketView view);
        bool fromAgent = interfaces.IsInside(inInterface);
        int agent = hook == Prerouting && (mark & marks.Stamp) == 0 ? interfaces.AgentOn(inInterface, snapshot) : snapshot.FindAgent(fromAgent ? view.Source : view.Destination);
        var packet = new PacketIn { View = view, Snapshot = snapshot, Agent = agent, Reused = (mark & marks.Reused) != 0, Waiting = waiting };
        if (!fromAgent) return FromWorld(packet, read);
        // Only while somebody has taken away the rule that finishes them (ChecksumRule): an honest sender sends again.
        if (waiting.IsUnfinished) return Drop(packet, Reason.Malformed);
        // Whose identity holds is asked about there for two things only, both of which the kernel might drop on its way without a word: IPv4 options, and a group of listeners, which nothing forwards.
        if (hook == Prerouting) return Drop(packet, (mark & marks.Stamp) == 0 ? Reason.SpoofedSource : read && view.HasOptions ? Reason.FragmentOrOptions : Reason.AddressNotAllowed);
        if (!read) return Drop(packet, Reason.Malformed);
        if (agent < 0) return Drop(packet, Reason.UnknownAgent);
        if (hook == Input) return Refuse(packet, Reason.GatewayItself);
        if (view.IsFragment || view.HasOptions) return Drop(packet, Reason.FragmentOrOptions);
        return view.IsTcp ? tcp.FromAgent(packet, _say) : datagrams.FromAgent(packet, _say);
    }

    private Answer FromWorld(in PacketIn packet, bool read)
    {
        if (!read || packet.View.IsFragment) return Verdicts.Drop();
        bool opens = packet.View.IsTcp && (packet.View.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn;
        // What conntrack does not take for an answer bears the bit.
        if (opens || packet.Reused) return Drop(packet, Reason.TowardsAgent);
        return packet.View.IsTcp ? tcp.FromServer(packet, _say) : datagrams.FromServer(packet, _say);
    }

    private Answer Drop(in PacketIn packet, Reason reason)
    {
        recorder.Refusal(packet, Stage.FirstPacket, new Decision(Verdict.Deny, reason), default);
        return Verdicts.Drop();
    }

    private Answer Refuse(in PacketIn packet, Reason reason)
    {
        Drop(packet, reason);
        return _say.Refused();
    }
}
