using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>The client's first bytes, in however many pieces they come.</summary>
/// <remarks>
/// <code>
///   piece ─► its place in the stream ─► all that is here in one go: enough to judge? ─► no: held (copied and dropped)
///                                                                                  └─► yes, permitted: the packet goes on if it is all there is,
///                                                                                      else the gateway sends what it holds, in order, itself
/// </code>
/// </remarks>
internal sealed partial class TcpJudge
{
    // No window reaches so far (RFC 7323, 2.2: 1 GiB), and no place beyond overflows.
    private const int FarthestPlace = 1 << 30;

    private Answer ClientBytes(in PacketIn packet, in Verdicts say, FlowEntry entry)
    {
        if (packet.View.IsTruncated) return Deny(packet, say, entry, Reason.Malformed);
        ClientStream stream = entry.Stream;
        ReadOnlySpan<byte> bytes = packet.View.Payload;
        int at = stream.PlaceOf(packet.View.Sequence - entry.Anchor);
        // Bytes before the anchor never were the server's; what it has is not worth a look. Neither may leave.
        if (at <= 0 && at + bytes.Length <= 0) return Behind(say, entry);
        var piece = new Piece(Math.Max(at, 0), at < 0 ? bytes[-at..] : bytes, at < 0);
        if (entry.State == FlowState.HelloSent) return AfterHello(packet, say, entry, piece);
        bool fits = piece.At < FarthestPlace && table.MakeRoom(entry, piece.End, entry.State == FlowState.Requests ? RequestBytes : HelloBytes);
        if (!fits) return WithoutRoom(packet, say, entry, piece);
        (int approved, int here, bool wasSettled) = (stream.Approved, stream.Here, stream.IsSettled);
        switch (stream.Place(piece.At, piece.Bytes))
        {
            case Placed.Conflict:
                return Deny(packet, say, entry, Reason.HelloReplaced);
            case Placed.Known:
                return Again(say, entry, piece);
            case Placed.Scattered:
                return Hold(say, entry);
        }
        Answer? refused = stream.Here == here || stream.Here < entry.WorthReading ? null : entry.State switch
        {
            FlowState.AwaitsHello => FirstHello(packet, say, entry),
            FlowState.AwaitsSecondHello => SecondHello(packet, say, entry),
            _ => NextRequests(packet, say, entry),
        };
        return refused ?? Release(say, entry, piece, approved, wasSettled);
    }

    private Answer? FirstHello(in PacketIn packet, in Verdicts say, FlowEntry entry)
    {
        ClientStream stream = entry.Stream;
        ClientProtocol protocol = FirstBytes.Classify(stream.Bytes(0, stream.Here), ref entry.FirstLine);
        if (protocol == ClientProtocol.NeedMore) return null;
        if (protocol == ClientProtocol.Http) return NextRequests(packet, say, entry);
        Reason trouble = Reason.DefaultDeny;
        entry.SetClaim(Claim.Nothing, default, Proof.Address);
        if (protocol == ClientProtocol.Tls && !ReadHello(entry, out trouble)) return null;
        if (trouble == Reason.HelloReplaced) return Deny(packet, say, entry, trouble);
        entry.Bound = bindings.Names(entry.AgentId, entry.Key.Destination);
        Decision decision = Judge(packet, entry, Stage.Hello);
        if (decision.Verdict == Verdict.Deny)
            return Deny(packet, say, entry, decision.Reason == Reason.NoNameProven && trouble != Reason.DefaultDeny ? decision with { Reason = trouble } : decision);
        // In monitor too the name counts only when the server has the hello: after a switch to enforce the connection lives on by it.
        entry.Decision = decision;
        if (!recorder.Decision(entry, packet.Snapshot, packet.Agent, Stage.Hello)) return Unwritable(packet, say, entry);
        stream.Approve(stream.Here);
        table.Move(entry, FlowState.HelloSent);
        return null;
    }

    private Decision Judge(in PacketIn packet, FlowEntry entry, Stage stage) => packet.Snapshot.Policy.Decide(new Attempt
    {
        Agent = packet.Agent,
        Stage = stage,
        Protocol = entry.Key.Protocol,
        Port = entry.Key.Port,
        Destination = entry.Key.Destination,
        Claim = entry.Claim,
        ClaimedName = entry.ClaimedName,
        ClaimProof = entry.ClaimProof,
        Bound = entry.Bound,
    });

    /// <summary>Reads what the hello claims into the entry; false while it goes on. <paramref name="trouble"/>: the finer reason for a refusal that rests on the missing name.</summary>
    private bool ReadHello(FlowEntry entry, out Reason trouble)
    {
        trouble = Reason.DefaultDeny;
        ReadOnlySpan<byte> bytes = entry.Stream.Bytes(0, entry.Stream.Here);
        entry.IsTls = true;
        ReadStatus status = TlsClientHello.Read(bytes, _name, out ClientHelloView hello);
        if (status == ReadStatus.NeedMore)
        {
            entry.WorthReading = bytes.Length + hello.MissingBytes;
            return false;
        }
        // Servers are laxer than we are, each in its own way: what we cannot read may still name somebody to one of them.
        if (status == ReadStatus.Malformed || hello.SniStatus is SniStatus.Invalid or SniStatus.Multiple) entry.SetClaim(Claim.Unreadable, default, Proof.Address);
        if (status == ReadStatus.Malformed)
        {
            trouble = Reason.Malformed;
            return true;
        }
        // After a hello a client waits for its answer, early data aside. Bytes sent along might be a second hello, at the server before it asked for one (T8).
        entry.HasTrailer = hello.HelloBytes < bytes.Length;
        if (entry.HasTrailer && (!hello.HasEarlyData || !ZeroRtt.IsAll(bytes[hello.HelloBytes..]))) trouble = Reason.HelloReplaced;
        else if (hello.SniStatus == SniStatus.Name) entry.SetClaim(Claim.Name, _name.AsSpan(0, hello.NameLength), Proof.DnsSni);
        return true;
    }

    private Answer? SecondHello(in PacketIn packet, in Verdicts say, FlowEntry entry)
    {
        if (entry.HasTrailer || entry.LetGoUnread) return Deny(packet, say, entry, Reason.HelloReplaced);
        ClientStream stream = entry.Stream;
        ReadStatus status = TlsClientHello.ReadAfterRetry(stream.Bytes(0, stream.Here), _name, out ClientHelloView view);
        if (status == ReadStatus.NeedMore)
        {
            entry.WorthReading = stream.Here + view.MissingBytes;
            return null;
        }
        bool named = status == ReadStatus.Found && view.SniStatus == SniStatus.Name;
        bool same = status == ReadStatus.Found
            && (named ? entry.Claim == Claim.Name && entry.ClaimedName.SequenceEqual(_name.AsSpan(0, view.NameLength)) : entry.Claim == Claim.Nothing);
        // Nothing comes behind it: there is no early data after a retry (RFC 8446, 4.2.10).
        if (!same || view.HelloBytes < stream.Here) return Deny(packet, say, entry, Reason.HelloReplaced);
        stream.Approve(stream.Here);
        table.Move(entry, FlowState.HelloSent);
        return null;
    }

    /// <summary>Until the server has acknowledged the approved bytes, what overlaps them must be identical, and nothing beyond them goes out (T10).</summary>
    private Answer AfterHello(in PacketIn packet, in Verdicts say, FlowEntry entry, in Piece piece)
    {
        if (piece.At >= FarthestPlace) return Hold(say, entry);
        return entry.Stream.Agrees(piece.At, piece.Bytes) ? Again(say, entry, piece) : Deny(packet, say, entry, Reason.HelloReplaced);
    }

    /// <summary>What came before and was found identical. What was approved goes out once more; what is held is acknowledged, since the client waits for that.</summary>
    private Answer Again(in Verdicts say, FlowEntry entry, in Piece piece)
    {
        ClientStream stream = entry.Stream;
        if (!entry.Enforced && piece.End > stream.Here) return Hold(say, entry);
        if (!entry.Enforced || !piece.IsCut && piece.End <= stream.Approved) return say.Pending();
        // No more than it said itself: a few bytes must not call forth all that is kept.
        if (piece.At < stream.Approved) deliveries.Deliver(entry, stream.Start + (uint)piece.At, stream.Start + (uint)Math.Min(piece.End, stream.Approved));
        if (stream.Held > 0 && entry.State != FlowState.HelloSent) Acknowledge(entry);
        return Verdicts.Drop();
    }

    /// <summary>What the server has already (or never will): the client hears so again, since the server's own word may have been lost behind us.</summary>
    private Answer Behind(in Verdicts say, FlowEntry entry)
    {
        if (!entry.Enforced) return say.Pending();
        if (entry.State == FlowState.Requests) Acknowledge(entry);
        return Verdicts.Drop();
    }

    private Answer WithoutRoom(in PacketIn packet, in Verdicts say, FlowEntry entry, in Piece piece)
    {
        ClientStream stream = entry.Stream;
        // A server that is slower than its client, or a client that is far ahead of what had to be dropped: it sends it again. The next bytes of a request that find no room at all are a newcomer.
        bool waits = entry.State == FlowState.Requests && (!stream.IsEmpty || piece.At > 0);
        if (entry.Enforced) return waits ? Verdicts.Drop() : Deny(packet, say, entry, Reason.LimitReached);
        // Monitor holds nothing and keeps only what it has yet to read.
        if (!waits || stream.Approved == 0) return Deny(packet, say, entry, Reason.LimitReached);
        stream.Acknowledge(stream.Approved);
        return ClientBytes(packet, say, entry);
    }

    /// <summary>Lets out what was approved just now: the packet itself when it is exactly that, else what is held goes in its place.</summary>
    private Answer Release(in Verdicts say, FlowEntry entry, in Piece piece, int approvedBefore, bool wasSettled)
    {
        ClientStream stream = entry.Stream;
        if (!entry.Enforced) return say.Pending(stream.Approved > approvedBefore ? entry : null);
        if (!stream.IsSettled)
        {
            if (wasSettled && entry.State == FlowState.Requests) entry.WaitsSince = time.GetTimestamp();
            Wait(entry);
        }
        if (stream.Approved == approvedBefore) return Verdicts.Drop();
        (entry.WaitsSince, entry.IsAnswerDue) = (time.GetTimestamp(), false);
        if (stream.IsSettled) Settle(entry);
        // What was held may have been acknowledged: then it is the gateway's to bring, and the client's segment is not enough.
        if (wasSettled && !piece.IsCut && piece.At <= approvedBefore && piece.End == stream.Approved) return say.Pending(entry);
        deliveries.Deliver(entry, stream.Start + (uint)approvedBefore);
        StartDelivery(entry);
        return Verdicts.Drop() with { Permit = entry };
    }

    // What is not yet due: the client sends it again. Monitor holds nothing, and remembers that the server has what nobody read.
    private static Answer Hold(in Verdicts say, FlowEntry entry)
    {
        if (entry.Enforced) return Verdicts.Drop();
        entry.LetGoUnread = true;
        return say.Pending();
    }

    /// <summary>A segment's bytes at their place in what is kept of the stream.</summary>
    private readonly ref struct Piece(int at, ReadOnlySpan<byte> bytes, bool isCut)
    {
        public int At { get; } = at;

        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        /// <summary>The segment began before what is kept: it may not pass as it is.</summary>
        public bool IsCut { get; } = isCut;

        public int End => At + Bytes.Length;
    }
}
