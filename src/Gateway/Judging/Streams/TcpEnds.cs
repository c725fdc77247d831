using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>What both ends of a connection said last: enough to speak in the name of either, so that the other believes it.</summary>
internal struct TcpEnds
{
    private const ushort DefaultSegment = 536;
    private const ushort DefaultSegmentV6 = 1220;

    private bool _clientHasShift;
    private bool _clientHasTimestamps;
    private int _serverShift;

    /// <summary>Both ends sent timestamps with their SYN: every segment needs one (RFC 7323, 3.2).</summary>
    public bool HasTimestamps { get; private set; }

    /// <summary>The largest segment that the server takes.</summary>
    public ushort ServerSegment { get; private set; }

    /// <summary>Sequence number of the server's next byte, as far as seen.</summary>
    public uint ServerNext { get; private set; }

    /// <summary>The sequence number of the client's that the server has no room for (the right edge of its window).</summary>
    public uint ServerEdge { get; private set; }

    public uint ServerClock { get; private set; }

    public uint ClientAcknowledgement { get; private set; }

    public ushort ClientWindow { get; private set; }

    public uint ClientClock { get; private set; }

    public uint ClientEcho { get; private set; }

    public void Syn(in PacketView syn)
    {
        TcpOptionsView options = TcpOptionsView.Read(syn.TcpOptions);
        this = new TcpEnds { _clientHasShift = options.HasWindowShift, _clientHasTimestamps = options.HasTimestamp, ClientClock = options.Timestamp };
    }

    public void SynAck(in PacketView answer)
    {
        TcpOptionsView options = TcpOptionsView.Read(answer.TcpOptions);
        HasTimestamps = _clientHasTimestamps && options.HasTimestamp;
        _serverShift = _clientHasShift && options.HasWindowShift ? options.WindowShift : 0;
        ServerSegment = options.SegmentBytes > 0 ? options.SegmentBytes : answer.Source.IsV6 ? DefaultSegmentV6 : DefaultSegment;
        ServerNext = answer.Sequence + 1;
        // The window of a SYN is not scaled (RFC 7323, 2.2).
        ServerEdge = answer.Acknowledgement + answer.Window;
        ServerClock = options.Timestamp;
    }

    public void FromClient(in PacketView packet)
    {
        if ((packet.Flags & TcpFlags.Ack) == 0) return;
        (ClientAcknowledgement, ClientWindow) = (packet.Acknowledgement, packet.Window);
        if (!HasTimestamps) return;
        TcpOptionsView options = TcpOptionsView.Read(packet.TcpOptions);
        if (options.HasTimestamp && (int)(options.Timestamp - ClientClock) >= 0) (ClientClock, ClientEcho) = (options.Timestamp, options.TimestampEcho);
    }

    public void FromServer(in PacketView packet)
    {
        uint next = packet.Sequence + (uint)packet.PayloadLength + ((packet.Flags & TcpFlags.Fin) != 0 ? 1u : 0);
        if ((int)(next - ServerNext) > 0) ServerNext = next;
        if ((packet.Flags & TcpFlags.Ack) == 0) return;
        uint edge = packet.Acknowledgement + ((uint)packet.Window << _serverShift);
        if ((int)(edge - ServerEdge) > 0) ServerEdge = edge;
        if (!HasTimestamps) return;
        TcpOptionsView options = TcpOptionsView.Read(packet.TcpOptions);
        if (options.HasTimestamp && (int)(options.Timestamp - ServerClock) > 0) ServerClock = options.Timestamp;
    }

    /// <summary>The window field of an acknowledgement in the server's name: its right edge stays where the server put it.</summary>
    public readonly ushort WindowAt(uint acknowledgement)
    {
        int left = (int)(ServerEdge - acknowledgement);
        return (ushort)Math.Clamp(left >> _serverShift, 0, ushort.MaxValue);
    }
}
