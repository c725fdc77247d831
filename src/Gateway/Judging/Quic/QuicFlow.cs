namespace Exeat.Gateway.Judging;

/// <summary>What is known of QUIC on one tuple. Hung on its flow entry; the verdict thread is its only owner.</summary>
/// <remarks>What it keeps of hellos counts among the agent's held bytes: until the hello is complete and the handshake has gone on, or another connection takes its place.</remarks>
internal sealed class QuicFlow(FlowTable table, FlowEntry entry)
{
    private readonly List<HeldPacket> _held = [];

    /// <summary>The connection whose hello was let through last; null until one was.</summary>
    public QuicConnection? Approved { get; private set; }

    /// <summary>The one before it: its handshake may still be under way.</summary>
    public QuicConnection? Earlier { get; private set; }

    /// <summary>A connection whose hello is not complete.</summary>
    public QuicConnection? Collecting { get; private set; }

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

    /// <summary>Another connection begins, or none: what came of the last one's hello is given up.</summary>
    public void Collect(QuicConnection? connection)
    {
        Release(Collecting);
        Collecting = connection;
    }

    /// <summary>Makes room for bytes of a hello; false when the agent has none left. What lies beyond the longest hello needs none.</summary>
    public bool MakeRoom(QuicConnection connection, ulong offset, int length) => table.MakeRoom(entry, connection.Crypto, connection.Crypto.RoomFor(offset, length));

    /// <summary>The connection under way has become the approved one.</summary>
    public void Approve(QuicConnection connection)
    {
        if (connection == Approved) return;
        if (connection != Collecting) Release(Collecting);
        if (connection != Earlier) Release(Earlier);
        Earlier = Approved;
        Approved = connection;
        Collecting = null;
    }

    /// <summary>The hello of a connection need not be compared with any more.</summary>
    public void Settle(QuicConnection connection)
    {
        connection.IsSettled = true;
        Release(connection);
    }

    /// <summary>Time is up: for a hello that is not complete, and for Initials of connections that were answered.</summary>
    public void Settle()
    {
        if (Approved is { ServerId: not null, IsSettled: false } approved) Settle(approved);
        if (Earlier is { ServerId: not null, IsSettled: false } earlier) Settle(earlier);
        Collect(null);
    }

    /// <summary>The flow is over.</summary>
    public void End()
    {
        Collect(null);
        Release(Approved);
        Release(Earlier);
        Approved = Earlier = null;
    }

    private void Release(QuicConnection? connection)
    {
        if (connection is not null) table.Release(entry, connection.Crypto);
    }
}
