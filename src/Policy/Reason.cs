namespace Exeat.Policy;

/// <summary>Every reason a record can carry. The text in records is <see cref="ReasonNames"/>; docs/reasons.md explains each.</summary>
/// <remarks>Values are only added. The zero value is the default deny.</remarks>
public enum Reason : byte
{
    /// <summary>No rule permits it.</summary>
    DefaultDeny = 0,

    /// <summary>A rule permits it.</summary>
    PermittedByRule,

    /// <summary>A rule denies it.</summary>
    DeniedByRule,

    /// <summary>The agent is quarantined.</summary>
    Quarantined,

    /// <summary>The policy's default permits it (monitor only).</summary>
    DefaultPermit,

    /// <summary>More knowledge is needed.</summary>
    AwaitsHello,

    /// <summary>A rule would permit the claimed name, but our resolver never answered this address to this agent for it.</summary>
    NameNotBound,

    /// <summary>A rule would permit a name bound to this address, but the client's bytes prove no name (no SNI, or not a known protocol).</summary>
    NoNameProven,

    /// <summary>The name can only be reached through a longer name that is permitted: DNS answers NODATA (RFC 8020).</summary>
    EmptyNonTerminal,

    /// <summary>A name-and-address rule matches the name, but the destination lies outside its addresses, or the answer had only forbidden addresses.</summary>
    AddressNotAllowed,

    /// <summary>Source address (or MAC) does not belong to the interface.</summary>
    SpoofedSource,

    /// <summary>No agent is declared for the interface and address.</summary>
    UnknownAgent,

    /// <summary>A port of the gateway itself.</summary>
    GatewayItself,

    /// <summary>A new connection towards an agent.</summary>
    TowardsAgent,

    /// <summary>Bytes that cannot be decoded.</summary>
    Malformed,

    /// <summary>A SYN that carries data (TCP Fast Open).</summary>
    SynWithData,

    /// <summary>A new SYN on the tuple of a live connection; the entry was deleted, and the next attempt is judged afresh.</summary>
    TupleReused,

    /// <summary>Bytes overlapping the approved hello differ from it, or another hello followed with another name.</summary>
    HelloReplaced,

    /// <summary>The hello does not lie in one segment. No longer given: pieces are put together.</summary>
    HelloInPieces,

    /// <summary>No hello came in time, or the client left before one came.</summary>
    NoHello,

    /// <summary>First bytes without an anchor: the server's SYN-ACK was not seen.</summary>
    NoAnchor,

    /// <summary>Plain HTTP by name on the port of HTTPS.</summary>
    HttpNotSupported,

    /// <summary>QUIC.</summary>
    QuicNotSupported,

    /// <summary>UDP other than DNS to the resolver.</summary>
    UdpNotSupported,

    /// <summary>A protocol that is not let through (ICMP with payload, tunnels, SCTP …).</summary>
    ProtocolNotSupported,

    /// <summary>A fragment, an IP option or an IPv6 extension header chain that is not let through.</summary>
    FragmentOrOptions,

    /// <summary>DNS beside the policy resolver is never forwarded.</summary>
    DnsNotForwarded,

    /// <summary>A query type that the resolver does not answer.</summary>
    DnsTypeRefused,

    /// <summary>Too many questions, labels or bytes for this agent.</summary>
    DnsQuota,

    /// <summary>The upstream resolver failed, lied or did not answer.</summary>
    DnsUpstreamFailed,

    /// <summary>A limit of this agent or a full table.</summary>
    LimitReached,

    /// <summary>The policy changed while the flow lived, and no longer permits it.</summary>
    PolicyChanged,

    /// <summary>The verdict was made with an older policy than the kernel's.</summary>
    StaleGeneration,

    /// <summary>The gateway found a marked flow it has no proof for, after a restart.</summary>
    UnprovenAfterRestart,

    /// <summary>The flow record could not be written, so nothing new is let through.</summary>
    JournalUnwritable,

    /// <summary>A rule denies names here, and what the client's hello claims cannot be read with certainty: it may be one of them.</summary>
    NameUnreadable,

    /// <summary>A plain HTTP request that servers read differently: whom it is for, or where it ends.</summary>
    HttpAmbiguous,

    /// <summary>A plain HTTP request that leads out of HTTP/1: CONNECT, Upgrade, HTTP/2.</summary>
    HttpUpgrade,
}
