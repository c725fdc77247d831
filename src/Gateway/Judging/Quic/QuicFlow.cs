namespace Exeat.Gateway.Judging;

/// <summary>What is known of QUIC on one tuple. Hung on its flow entry; the verdict thread is its only owner.</summary>
internal sealed class QuicFlow
{
    private readonly List<HeldPacket> _held = [];

    /// <summary>The connection whose hello was let through last; null until one was.</summary>
    public QuicConnection? Approved { get; set; }

    /// <summary>The one before it: its handshake may still be under way.</summary>
    public QuicConnection? Earlier { get; set; }

    /// <summary>A connection whose hello is not complete.</summary>
    public QuicConnection? Collecting { get; set; }

    /// <summary>Whether nothing of QUIC was seen on this tuple.</summary>
    public bool IsEmpty => Approved is null && Collecting is null && !IsAccepted;

    /// <summary>Whether a server has accepted a hello on this tuple: from then on short headers pass.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>Timestamp since which the flow waits for a hello or for the server's answer to it.</summary>
    public long WaitsSince { get; set; }

    /// <summary>Packets each way when the kernel's table was last read; null before.</summary>
    public (long Out, long In)? Counted { get; set; }

    /// <summary>In how many readings of the kernel's table since the server was last heard the agent had sent more.</summary>
    public int Unanswered { get; set; }

    /// <summary>Datagrams that wait in the kernel's queue for their verdict, in the order they came.</summary>
    public IReadOnlyList<HeldPacket> Held => _held;

    /// <summary>The connection that they belong to: what waits goes on with its hello, and with no other's.</summary>
    public QuicConnection? HeldFor { get; set; }

    public void Hold(in HeldPacket packet) => _held.Add(packet);

    public void ForgetHeld() => _held.Clear();

    /// <summary>The connection that a packet of the agent's is addressed to.</summary>
    public QuicConnection? Find(ReadOnlySpan<byte> id) =>
        Collecting is { } collecting && collecting.Owns(id) ? collecting
        : Approved is { } approved && approved.Owns(id) ? approved
        : Earlier is { } earlier && earlier.Owns(id) ? earlier : null;

    /// <summary>The connection under way has become the approved one.</summary>
    public void Approve(QuicConnection connection)
    {
        if (connection == Approved) return;
        Earlier = Approved;
        Approved = connection;
        Collecting = null;
    }
}
