namespace Exeat.Gateway.Judging;

/// <summary>What the gateway owes the ends of one flow: held bytes that it acknowledged or released are its own to bring to the server.</summary>
internal sealed class Delivery
{
    /// <summary>Noted for the end of the batch.</summary>
    public bool IsNoted { get; set; }

    /// <summary>Bytes are to be sent, from <see cref="From"/> on.</summary>
    public bool IsDue { get; set; }

    public bool IsAcknowledgementDue { get; set; }

    /// <summary>Offset of the first byte to send.</summary>
    public uint From { get; set; }

    /// <summary>Offset after the last byte to send.</summary>
    public uint To { get; set; }

    /// <summary>Offset after the last byte that the gateway itself sends.</summary>
    public uint End { get; set; }

    /// <summary>Offset after the last byte that it sent.</summary>
    public uint Sent { get; set; }

    /// <summary>Offset after the last byte that it acknowledged in the server's name.</summary>
    public uint Acknowledged { get; set; }

    /// <summary>Offset after the last byte that the server has.</summary>
    public uint Arrived { get; set; }

    /// <summary>How often the bytes from <see cref="Arrived"/> on were sent again.</summary>
    public int Attempts { get; set; }

    /// <summary>Pieces that came since the last acknowledgement, the server's or ours.</summary>
    public int Pieces { get; set; }

    /// <summary>Timestamp at which the client is told that its pieces arrived; 0: not due.</summary>
    public long AcknowledgeAt { get; set; }

    /// <summary>Timestamp at which the bytes are sent again; 0: not due.</summary>
    public long ResendAt { get; set; }

    /// <summary>Timestamp of the last progress: bytes released, or the server's acknowledgement of some.</summary>
    public long Progress { get; set; }

    /// <summary>In the list of flows with timers.</summary>
    public bool IsTimed { get; set; }

    /// <summary>Whether the server still lacks bytes that the gateway sends.</summary>
    public bool IsOwed => (int)(End - Arrived) > 0;

    /// <summary>Whether a timer runs.</summary>
    public bool HasTimer => AcknowledgeAt != 0 || ResendAt != 0;

    /// <summary>Nothing is owed any more: the flow is over, or in the kernel's hands.</summary>
    public void Cancel() => (IsDue, IsAcknowledgementDue, AcknowledgeAt, ResendAt) = (false, false, 0, 0);

    /// <summary>For a new flow, or a second hello; membership in lists stays.</summary>
    public void Begin(uint offset, long now)
    {
        Cancel();
        From = End = Sent = Acknowledged = Arrived = offset;
        (Attempts, Pieces, Progress) = (0, 0, now);
    }
}
