namespace Exeat.Gateway.Judging;

/// <summary>Where a flow stands. See docs/life-of-a-connection.md for the drawing.</summary>
internal enum FlowState : byte
{
    /// <summary>Refused, or no longer permitted: every packet that still comes is refused.</summary>
    Refused = 0,

    /// <summary>The SYN went out; nothing of the server's came yet.</summary>
    SynSent,

    /// <summary>The server's SYN-ACK gave the anchor; the client's first bytes have not come.</summary>
    AwaitsHello,

    /// <summary>The approved hello went out; the server has not yet acknowledged all of it and answered.</summary>
    HelloSent,

    /// <summary>The server asked for another hello (RFC 8446, 4.1.4); it must name the same.</summary>
    AwaitsSecondHello,

    /// <summary>UDP: the hello in the client's Initials is not complete; nothing of the client's has left.</summary>
    AwaitsInitial,

    /// <summary>UDP: the approved Initials went out; the server has not yet answered.</summary>
    InitialSent,

    /// <summary>Plain HTTP where names decide: every request is judged, so that neither direction ever leaves the queue.</summary>
    Requests,

    /// <summary>In the kernel's hands by conntrack mark.</summary>
    Permitted,
}
