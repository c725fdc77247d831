using Exeat.Flows;
using Exeat.Gateway.Records;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>What is known of one live flow. Pooled and reused: the verdict thread is its only owner.</summary>
internal sealed class FlowEntry
{
    /// <summary>How much of the server's first bytes is kept: enough for warnings and a ServerHello's random (RFC 8446, 4.1.3), at most.</summary>
    public const int ServerHeadBytes = 256;

    private readonly byte[] _claimed = new byte[CanonicalName.MaxBytes];
    private readonly byte[] _serverHead = new byte[ServerHeadBytes];
    private int _claimedLength;
    private TcpEnds _ends;
    private HttpBody _body;
    private FirstLine _firstLine;
    private HttpHeadPlace _head;

    public FlowKey Key { get; private set; }

    public Guid Id { get; private set; }

    public FlowState State { get; set; }

    /// <summary>Id of the agent in its own document; stays meaningful across reloads.</summary>
    public string AgentId { get; private set; } = "";

    /// <summary>The agent's class when the flow began; null: none is known.</summary>
    public string? AgentClass { get; private set; }

    /// <summary>Its labels then.</summary>
    public FlowLabels Labels { get; private set; } = FlowLabels.None;

    /// <summary>The conntrack zone that the flow began in, and stays in.</summary>
    public ushort Zone { get; private set; }

    /// <summary>Monotonic timestamp of the first packet.</summary>
    public long Started { get; private set; }

    /// <summary>What is known of QUIC on this tuple, for a UDP flow that is watched; null for all others.</summary>
    public QuicFlow? Quic { get; set; }

    /// <summary>Timestamp of the last record with counts; of the first packet when there was none.</summary>
    public long Updated { get; set; }

    /// <summary>What that record said.</summary>
    public FlowCounts Counts { get; set; }

    /// <summary>Timestamp at which its connection was deleted in the kernel, whose last word on it is still to come; 0: it was not.</summary>
    public long Deleted { get; set; }

    public uint ClientIsn { get; set; }

    /// <summary>Sequence number of the client's first byte, as the server's SYN-ACK acknowledged it.</summary>
    public uint Anchor { get; set; }

    /// <summary>Sequence number of the server's first byte.</summary>
    public uint ServerAnchor { get; set; }

    /// <summary>The client's bytes that are kept.</summary>
    public ClientStream Stream { get; } = new();

    /// <summary>What both ends said last.</summary>
    public ref TcpEnds Ends => ref _ends;

    /// <summary>What the gateway itself has to bring to the ends.</summary>
    public Delivery Delivery { get; } = new();

    /// <summary>Where the request under way stands; read while <see cref="FlowState.Requests"/>.</summary>
    public ref HttpBody Body => ref _body;

    /// <summary>How far the client's first line was read.</summary>
    public ref FirstLine FirstLine => ref _firstLine;

    /// <summary>How far the head behind the last approved byte was read.</summary>
    public ref HttpHeadPlace Head => ref _head;

    /// <summary>Before so many bytes are here, there is nothing new to read.</summary>
    public int WorthReading { get; set; }

    /// <summary>Timestamp since which the flow waits for its hello, its head, or the server's answer to it.</summary>
    public long WaitsSince { get; set; }

    /// <summary>The server has all that was approved, and owes its answer.</summary>
    public bool IsAnswerDue { get; set; }

    /// <summary>The agent's use of the table.</summary>
    public AgentUse Use { get; private set; } = AgentUse.None;

    public bool IsTls { get; set; }

    /// <summary>The hello under judgement is the one after a HelloRetryRequest.</summary>
    public bool IsSecondHello { get; set; }

    /// <summary>Whether bytes came along with the first hello.</summary>
    public bool HasTrailer { get; set; }

    /// <summary>Monitor let bytes go beyond those that are kept: what the server reads there was never judged.</summary>
    public bool LetGoUnread { get; set; }

    public int ServerHeadLength { get; private set; }

    public Claim Claim { get; private set; }

    public Proof ClaimProof { get; private set; }

    public DomainName[] Bound { get; set; } = [];

    public Decision Decision { get; set; }

    /// <summary>Whether the decision was recorded already; each flow has exactly one unless policy changes.</summary>
    public bool Recorded { get; set; }

    /// <summary>Whether the verdict is applied; false in monitor mode.</summary>
    public bool Enforced { get; set; }

    public int Generation { get; set; }

    public ReadOnlySpan<byte> ClaimedName => _claimed.AsSpan(0, _claimedLength);

    public ReadOnlySpan<byte> ServerHead => _serverHead.AsSpan(0, ServerHeadLength);

    public bool IsPending => State is FlowState.SynSent or FlowState.AwaitsHello or FlowState.HelloSent or FlowState.AwaitsSecondHello or FlowState.AwaitsInitial or FlowState.InitialSent;

    public void Begin(FlowKey key, string agentId, AgentUse use, Guid id, long now)
    {
        (Key, AgentId, Use, Id, Started, WaitsSince) = (key, agentId, use, id, now, now);
        State = FlowState.SynSent;
        Quic = null;
        (AgentClass, Labels, Zone) = (null, FlowLabels.None, 0);
        (Updated, Counts, Deleted) = (now, default, 0);
        (ClientIsn, Anchor, ServerAnchor, WorthReading, ServerHeadLength, _claimedLength) = (0, 0, 0, 0, 0, 0);
        (_ends, _body, _firstLine, _head) = (default, default, default, default);
        Stream.Begin();
        Delivery.Begin(0, now);
        (IsTls, IsSecondHello, IsAnswerDue, HasTrailer, LetGoUnread, Recorded, Enforced, Generation) = (false, false, false, false, false, false, false, 0);
        (Claim, ClaimProof, Decision, Bound) = (Claim.NotSeen, Proof.Address, default, []);
    }

    /// <summary>How the end of a flow that was refused is told.</summary>
    public string EndOfRefused => Decision.Reason == Reason.PolicyChanged ? "policy-changed" : "refused";

    /// <summary>Whose the flow is, for as long as it lives: an address may pass to another agent, or to another interface, before its connections end.</summary>
    public void SetOwner(Snapshot snapshot, int agent, ushort zone)
    {
        Zone = zone;
        if (agent < 0) return;
        (AgentClass, Labels) = (snapshot.Policy.Agents[agent].Class, snapshot.LabelsOf(agent));
    }

    public void SetClaim(Claim claim, ReadOnlySpan<byte> name, Proof proof)
    {
        (Claim, ClaimProof) = (claim, proof);
        name.CopyTo(_claimed);
        _claimedLength = name.Length;
    }

    /// <summary>Adds server bytes at their stream offset; bytes that leave a gap or lie beyond the head are not kept.</summary>
    public void AddServerBytes(int offset, ReadOnlySpan<byte> bytes)
    {
        int skip = ServerHeadLength - offset;
        if (offset < 0 || skip < 0 || skip >= bytes.Length) return;
        ReadOnlySpan<byte> fresh = bytes[skip..];
        fresh = fresh[..Math.Min(fresh.Length, ServerHeadBytes - ServerHeadLength)];
        fresh.CopyTo(_serverHead.AsSpan(ServerHeadLength));
        ServerHeadLength += fresh.Length;
    }

    public void ForgetServerBytes() => ServerHeadLength = 0;
}
