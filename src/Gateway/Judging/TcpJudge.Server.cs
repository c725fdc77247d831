using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>What the server says while a flow is pending. Its bytes pass; they only move the state.</summary>
internal sealed partial class TcpJudge
{
    public Answer FromServer(in PacketIn packet, in Verdicts say)
    {
        FlowEntry? entry = table.Find(packet.ReplyKey);
        // No entry: the gateway was restarted, or the flow was ended. The agent's next packet settles it.
        if (entry is null) return Verdicts.Drop();
        if (entry.State == FlowState.Permitted) return say.Permitted();
        PacketView view = packet.View;
        if (entry.State == FlowState.Refused)
        {
            // Its own word on what it expects next: the one number at which it believes a reset.
            if ((view.Flags & (TcpFlags.Ack | TcpFlags.Rst)) == TcpFlags.Ack)
            {
                resets.ToServer(entry.Key, view.Acknowledgement);
                // A client that only listens would wait for ever. Where bytes are missing before these it answers instead, and its answer is refused with a reset.
                resets.ToClient(entry.Key, view.Sequence);
            }
            return Verdicts.Drop();
        }
        if (view.IsTruncated) return Verdicts.Drop();
        if ((view.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == (TcpFlags.Syn | TcpFlags.Ack)) return SynAck(view, say, entry);
        uint edge = entry.Ends.ServerEdge;
        entry.Ends.FromServer(view);
        if ((view.Flags & TcpFlags.Ack) == 0) return say.Pending();
        ClientStream stream = entry.Stream;
        // More than was let out cannot have arrived, whatever is claimed; in monitor it can.
        int has = Math.Min(stream.PlaceOf(view.Acknowledgement - entry.Anchor), stream.Approved);
        if (has > 0) Arrived(entry, stream.Start + (uint)has);
        if (entry.Ends.ServerEdge != edge) HasRoom(entry);
        if (entry.State == FlowState.Requests && has > 0) stream.Acknowledge(has);
        if (entry.State == FlowState.Requests && stream.IsEmpty) table.Release(entry);
        if (entry.State != FlowState.HelloSent) return say.Pending();
        entry.AddServerBytes((int)(view.Sequence - entry.ServerAnchor), view.Payload);
        return has == stream.Approved ? Acknowledged(say, entry) : say.Pending();
    }

    private Answer SynAck(in PacketView view, in Verdicts say, FlowEntry entry)
    {
        // The acknowledgement says where the server's stream begins: the one anchor the client cannot choose (T3).
        if (entry.State != FlowState.SynSent) return say.Pending();
        // It answers an older SYN of the same tuple.
        if (view.Acknowledgement != entry.ClientIsn + 1) return Verdicts.Drop();
        entry.Anchor = view.Acknowledgement;
        entry.ServerAnchor = view.Sequence + 1;
        entry.Ends.SynAck(view);
        table.Move(entry, FlowState.AwaitsHello);
        return say.Pending();
    }

    /// <summary>The server has all of what was approved. A TLS server must also have answered, since it may ask for another hello.</summary>
    private Answer Acknowledged(in Verdicts say, FlowEntry entry)
    {
        if (entry.IsTls && !entry.IsSecondHello)
        {
            switch (TlsServerHello.Classify(entry.ServerHead))
            {
                case ServerFirst.NeedMore:
                    entry.IsAnswerDue = true;
                    return say.Pending();
                case ServerFirst.HelloRetryRequest:
                    entry.Stream.Begin(entry.Stream.ApprovedEnd);
                    entry.Delivery.Begin(entry.Stream.Start, time.GetTimestamp());
                    (entry.IsSecondHello, entry.IsAnswerDue, entry.WorthReading, entry.WaitsSince) = (true, false, 0, time.GetTimestamp());
                    table.Move(entry, FlowState.AwaitsSecondHello);
                    return say.Pending();
            }
        }
        table.Move(entry, FlowState.Permitted);
        return say.Permitted();
    }
}
