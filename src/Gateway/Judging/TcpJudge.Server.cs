using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>What the server says while a flow is pending. Its bytes pass; they only move the state.</summary>
internal sealed partial class TcpJudge
{
    public Answer FromServer(in PacketIn packet, in Verdicts say)
    {
        FlowEntry? entry = table.Find(packet.ReplyKey);
        // No entry: the gateway was restarted, or the flow was ended. The agent's next packet settles it.
        if (entry is null || entry.State == FlowState.Refused) return Verdicts.Drop();
        if (entry.State == FlowState.Permitted) return say.Permitted();
        PacketView view = packet.View;
        if (view.IsTruncated) return Verdicts.Drop();
        if ((view.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == (TcpFlags.Syn | TcpFlags.Ack)) return SynAck(view, say, entry);
        if (entry.State != FlowState.HelloSent || (view.Flags & TcpFlags.Ack) == 0) return say.Pending();
        entry.AddServerBytes((int)(view.Sequence - entry.ServerAnchor), view.Payload);
        bool acknowledged = (int)(view.Acknowledgement - entry.Anchor) >= entry.ApprovedEnd;
        return acknowledged ? Acknowledged(say, entry) : say.Pending();
    }

    private Answer SynAck(in PacketView view, in Verdicts say, FlowEntry entry)
    {
        // The acknowledgement says where the server's stream begins: the one anchor the client cannot choose (T3).
        if (entry.State != FlowState.SynSent) return say.Pending();
        // It answers an older SYN of the same tuple.
        if (view.Acknowledgement != entry.ClientIsn + 1) return Verdicts.Drop();
        entry.Anchor = view.Acknowledgement;
        entry.ServerAnchor = view.Sequence + 1;
        table.Move(entry, FlowState.AwaitsHello);
        return say.Pending();
    }

    /// <summary>The server has all of what was approved. A TLS server must also have answered, since it may ask for another hello.</summary>
    private Answer Acknowledged(in Verdicts say, FlowEntry entry)
    {
        bool second = entry.HelloOffset > 0;
        if (entry.IsTls && !second)
        {
            switch (TlsServerHello.Classify(entry.ServerHead))
            {
                case ServerFirst.NeedMore:
                    return say.Pending();
                case ServerFirst.HelloRetryRequest:
                    table.Move(entry, FlowState.AwaitsSecondHello);
                    return say.Pending();
            }
        }
        table.Move(entry, FlowState.Permitted);
        return say.Permitted();
    }
}
