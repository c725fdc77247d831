namespace Exeat.Linux;

/// <summary>Conntrack's view of a TCP connection (linux/netfilter/nf_conntrack_tcp.h).</summary>
public enum TcpState : byte
{
    /// <summary>Not TCP, or not said.</summary>
    None = 0,
    /// <summary>SYN seen.</summary>
    SynSent = 1,
    /// <summary>SYN and ACK seen.</summary>
    SynReceived = 2,
    /// <summary>Three-way handshake done.</summary>
    Established = 3,
    /// <summary>One side sent FIN.</summary>
    FinWait = 4,
    /// <summary>FIN was acknowledged.</summary>
    CloseWait = 5,
    /// <summary>Both sides sent FIN.</summary>
    LastAck = 6,
    /// <summary>Closed in order.</summary>
    TimeWait = 7,
    /// <summary>Closed by RST.</summary>
    Close = 8,
    /// <summary>SYN from both sides.</summary>
    SynSent2 = 9,
}
