using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>The client's first bytes.</summary>
internal sealed partial class TcpJudge
{
    private Answer ClientBytes(in PacketIn packet, in Verdicts say, FlowEntry entry)
    {
        if (packet.View.IsTruncated) return Deny(packet, say, entry, Reason.Malformed);
        // What is approved is kept until the server has it: the limit bounds what one flow can make us keep.
        if (packet.View.PayloadLength > HelloBytes) return Deny(packet, say, entry, Reason.LimitReached);
        int offset = (int)(packet.View.Sequence - entry.Anchor);
        return entry.State switch
        {
            FlowState.AwaitsHello => FirstHello(packet, say, entry, offset),
            FlowState.HelloSent => AfterHello(packet, say, entry, offset),
            _ => SecondHello(packet, say, entry, offset),
        };
    }

    private Answer FirstHello(in PacketIn packet, in Verdicts say, FlowEntry entry, int offset)
    {
        // Bytes before the anchor never were the server's; bytes after it leave a hole that could be filled with something else later.
        if (offset != 0) return offset < 0 ? Hold(say, entry) : Deny(packet, say, entry, Reason.HelloInPieces);
        Reason trouble = ReadClaim(packet.View.Payload, entry);
        if (trouble is Reason.HelloInPieces or Reason.HelloReplaced) return Deny(packet, say, entry, trouble);
        entry.Bound = bindings.Names(entry.AgentId, entry.Key.Destination);
        Decision decision = Judge(packet, entry);
        // A Host says nothing of the requests that follow on the same connection: by name, plain HTTP is not let through.
        if (decision is { Verdict: Verdict.Permit, Proof: Proof.DnsHost }) decision = new Decision(Verdict.Deny, Reason.HttpNotSupported, 0, decision.Would);
        if (decision.Verdict == Verdict.Deny)
            return Deny(packet, say, entry, decision.Reason == Reason.NoNameProven && trouble != Reason.DefaultDeny ? decision with { Reason = trouble } : decision);
        // In monitor too the name counts only when the server has the hello: after a switch to enforce the connection lives on by it.
        entry.Decision = decision;
        if (!recorder.Decision(entry, packet.Snapshot, packet.Agent, Stage.Hello)) return Unwritable(packet, say, entry);
        entry.Approve(0, packet.View.Payload);
        table.Move(entry, FlowState.HelloSent);
        return say.Pending(entry);
    }

    private Decision Judge(in PacketIn packet, FlowEntry entry) => packet.Snapshot.Policy.Decide(new Attempt
    {
        Agent = packet.Agent,
        Stage = Stage.Hello,
        Protocol = entry.Key.Protocol,
        Port = entry.Key.Port,
        Destination = entry.Key.Destination,
        Claim = entry.Claim,
        ClaimedName = entry.ClaimedName,
        ClaimProof = entry.ClaimProof,
        Bound = entry.Bound,
    });

    /// <summary>Reads what the bytes claim into the entry. Returns the finer reason for a refusal that rests on the missing name; DefaultDeny when there is none.</summary>
    private Reason ReadClaim(ReadOnlySpan<byte> bytes, FlowEntry entry)
    {
        entry.SetClaim(Claim.Nothing, default, Proof.Address);
        switch (FirstBytes.Classify(bytes))
        {
            case ClientProtocol.NeedMore:
                return Reason.HelloInPieces;
            case ClientProtocol.Tls:
                entry.IsTls = true;
                ReadStatus status = TlsClientHello.Read(bytes, _name, out ClientHelloView hello);
                if (status == ReadStatus.NeedMore) return Reason.HelloInPieces;
                // Servers are laxer than we are, each in its own way: what we cannot read may still name somebody to one of them.
                if (status == ReadStatus.Malformed || hello.SniStatus is SniStatus.Invalid or SniStatus.Multiple) entry.SetClaim(Claim.Unreadable, default, Proof.Address);
                if (status == ReadStatus.Malformed) return Reason.Malformed;
                // After a hello a client waits for its answer, early data aside. Bytes sent along might be a second hello, at the server before it asked for one (T8).
                entry.HasTrailer = hello.HelloBytes < bytes.Length;
                if (entry.HasTrailer && (!hello.HasEarlyData || !ZeroRtt.IsAll(bytes[hello.HelloBytes..]))) return Reason.HelloReplaced;
                if (hello.SniStatus == SniStatus.Name) entry.SetClaim(Claim.Name, _name.AsSpan(0, hello.NameLength), Proof.DnsSni);
                return Reason.DefaultDeny;
            case ClientProtocol.Http:
                if (HttpHead.TryReadHost(bytes, _name, out int length) == ReadStatus.Found) entry.SetClaim(Claim.Name, _name.AsSpan(0, length), Proof.DnsHost);
                return Reason.HttpNotSupported;
            default:
                return Reason.DefaultDeny;
        }
    }

    /// <summary>Until the server has acknowledged the approved bytes, what overlaps them must be identical, and nothing beyond them goes out (T10).</summary>
    private Answer AfterHello(in PacketIn packet, in Verdicts say, FlowEntry entry, int offset)
    {
        ReadOnlySpan<byte> payload = packet.View.Payload;
        int end = offset + payload.Length;
        if (offset >= entry.ApprovedEnd || offset < entry.HelloOffset) return Hold(say, entry);
        ReadOnlySpan<byte> overlap = payload[..(Math.Min(end, entry.ApprovedEnd) - offset)];
        if (!overlap.SequenceEqual(entry.Hello.Slice(offset - entry.HelloOffset, overlap.Length))) return Deny(packet, say, entry, Reason.HelloReplaced);
        return end <= entry.ApprovedEnd ? say.Pending() : Hold(say, entry);
    }

    // What is not yet due: the client sends it again. Monitor holds nothing.
    private static Answer Hold(in Verdicts say, FlowEntry entry) => entry.Enforced ? Verdicts.Drop() : say.Pending();

    private Answer SecondHello(in PacketIn packet, in Verdicts say, FlowEntry entry, int offset)
    {
        if (offset != entry.ApprovedEnd) return offset < entry.ApprovedEnd ? Hold(say, entry) : Deny(packet, say, entry, Reason.HelloInPieces);
        if (entry.HasTrailer) return Deny(packet, say, entry, Reason.HelloReplaced);
        ReadOnlySpan<byte> bytes = packet.View.Payload;
        ReadStatus status = TlsClientHello.ReadAfterRetry(bytes, _name, out ClientHelloView view);
        if (status == ReadStatus.NeedMore) return Deny(packet, say, entry, Reason.HelloInPieces);
        bool named = status == ReadStatus.Found && view.SniStatus == SniStatus.Name;
        bool same = status == ReadStatus.Found
            && (named ? entry.Claim == Claim.Name && entry.ClaimedName.SequenceEqual(_name.AsSpan(0, view.NameLength)) : entry.Claim == Claim.Nothing);
        // Nothing comes behind it: there is no early data after a retry (RFC 8446, 4.2.10).
        if (!same || view.HelloBytes < bytes.Length) return Deny(packet, say, entry, Reason.HelloReplaced);
        entry.Approve(offset, bytes);
        table.Move(entry, FlowState.HelloSent);
        return say.Pending();
    }
}
