using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>What the gateway says in the name of one end to the other: approved bytes to the server, acknowledgements of held bytes to the client.</summary>
/// <remarks>Sent after the records of the batch are written (I5). Neither may be called on by anything but an entry of the table: a withdrawn flow sends nothing.</remarks>
internal sealed class Deliveries(PacketSender send)
{
    // What an Ethernet frame carries; larger frames are not worth finding out about.
    private const int FrameV4 = 1460;
    private const int FrameV6 = 1440;

    // What every path carries (RFC 9293, 3.7.1).
    private const int AnyPathV4 = 536;
    private const int AnyPathV6 = 1220;

    // From this attempt on: what was lost may have been too long for the path.
    private const int SmallFromAttempt = 2;

    // In one go, as the server's acknowledgements let the rest follow: a server that names a tiny segment must not keep the verdict thread busy. 64: 90 KB of frames.
    private const int MostSegments = 64;

    private readonly List<FlowEntry> _due = [];
    private readonly byte[] _packet = new byte[2048];

    /// <summary>Sends approved bytes from this offset on.</summary>
    public void Deliver(FlowEntry entry, uint from) => Deliver(entry, from, entry.Stream.ApprovedEnd);

    /// <summary>Sends the approved bytes between two offsets.</summary>
    public void Deliver(FlowEntry entry, uint from, uint to)
    {
        Delivery delivery = entry.Delivery;
        if (!delivery.IsDue || (int)(from - delivery.From) < 0) delivery.From = from;
        if (!delivery.IsDue || (int)(to - delivery.To) > 0) delivery.To = to;
        delivery.IsDue = true;
        if ((int)(to - delivery.End) > 0) delivery.End = to;
        Note(entry);
    }

    /// <summary>Tells the client that what is held has arrived.</summary>
    public void Acknowledge(FlowEntry entry)
    {
        entry.Delivery.IsAcknowledgementDue = true;
        Note(entry);
    }

    public void Send()
    {
        foreach (FlowEntry entry in _due)
        {
            Delivery delivery = entry.Delivery;
            delivery.IsNoted = false;
            if (delivery.IsAcknowledgementDue) SendAcknowledgement(entry);
            if (delivery.IsDue) SendBytes(entry);
            (delivery.IsAcknowledgementDue, delivery.IsDue) = (false, false);
        }
        _due.Clear();
    }

    private void Note(FlowEntry entry)
    {
        if (entry.Delivery.IsNoted) return;
        entry.Delivery.IsNoted = true;
        _due.Add(entry);
    }

    private void SendAcknowledgement(FlowEntry entry)
    {
        uint have = entry.Anchor + entry.Stream.Start + (uint)entry.Stream.Here;
        entry.Delivery.Acknowledged = entry.Stream.Start + (uint)entry.Stream.Here;
        ref readonly TcpEnds ends = ref entry.Ends;
        Put(new TcpSegment
        {
            Source = entry.Key.Destination,
            SourcePort = entry.Key.Port,
            Destination = entry.Key.Source,
            DestinationPort = entry.Key.SourcePort,
            Sequence = ends.ServerNext,
            Acknowledgement = have,
            Window = ends.WindowAt(have),
            HasTimestamp = ends.HasTimestamps,
            Timestamp = ends.ServerClock,
            TimestampEcho = ends.ClientClock,
        });
    }

    private void SendBytes(FlowEntry entry)
    {
        ClientStream stream = entry.Stream;
        // Never beyond what the server has room for; when it makes room, the rest follows.
        int end = Math.Min(Math.Min(stream.Approved, stream.PlaceOf(entry.Delivery.To)), stream.PlaceOf(entry.Ends.ServerEdge - entry.Anchor));
        int segment = SegmentBytes(entry, entry.Delivery.Attempts >= SmallFromAttempt);
        int left = MostSegments, at = Math.Max(0, stream.PlaceOf(entry.Delivery.From));
        // A server without room is asked for it with one byte: what it said of its room may have been lost, and nobody else will ask (RFC 9293, 3.8.6.1). That byte is not counted as sent.
        if (at >= end && at < stream.Approved && entry.Delivery.Attempts > 0) PutBytes(entry, at, 1);
        for (; at < end && left > 0; left--)
        {
            int take = Math.Min(segment, end - at);
            if (!PutBytes(entry, at, take))
            {
                int small = SegmentBytes(entry, small: true);
                // Longer than the way out, or no way out for now: the timer tries again.
                if (take <= small) break;
                segment = small;
                continue;
            }
            at += take;
            uint sent = stream.Start + (uint)at;
            // What is sent again from the middle takes nothing back of what went out behind it.
            if (entry.Delivery.To == stream.ApprovedEnd || (int)(sent - entry.Delivery.Sent) > 0) entry.Delivery.Sent = sent;
        }
    }

    private static int SegmentBytes(FlowEntry entry, bool small)
    {
        bool v6 = entry.Key.Source.IsV6;
        int most = small ? v6 ? AnyPathV6 : AnyPathV4 : v6 ? FrameV6 : FrameV4;
        int options = entry.Ends.HasTimestamps ? TcpOptionsView.TimestampBytes : 0;
        return Math.Max(1, Math.Min(entry.Ends.ServerSegment, most) - options);
    }

    private bool PutBytes(FlowEntry entry, int at, int count)
    {
        ref readonly TcpEnds ends = ref entry.Ends;
        return Put(new TcpSegment
        {
            Source = entry.Key.Source,
            SourcePort = entry.Key.SourcePort,
            Destination = entry.Key.Destination,
            DestinationPort = entry.Key.Port,
            Sequence = entry.Anchor + entry.Stream.Start + (uint)at,
            Acknowledgement = ends.ClientAcknowledgement,
            Window = ends.ClientWindow,
            HasTimestamp = ends.HasTimestamps,
            Timestamp = ends.ClientClock,
            TimestampEcho = ends.ClientEcho,
            Payload = entry.Stream.Bytes(at, at + count),
        });
    }

    private bool Put(in TcpSegment segment)
    {
        int length = segment.Write(_packet);
        return length > 0 && send(_packet.AsSpan(0, length));
    }
}
