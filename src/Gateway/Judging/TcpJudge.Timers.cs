using Exeat.Policy;

namespace Exeat.Gateway.Judging;

/// <summary>What the gateway does by the clock for flows whose bytes it holds: acknowledge them before the client stalls, and bring them to the server.</summary>
/// <remarks>
/// A client whose pieces nobody acknowledges sends no more than its first window, or with Nagle's algorithm no more than one piece; its retransmissions begin after
/// 200 ms (RFC 6298 with Linux's minimum). So the gateway acknowledges in the server's name, and from then on owes the server what it acknowledged.
/// </remarks>
internal sealed partial class TcpJudge
{
    // Pieces of one write come within less; the clients' own timers are eight times longer.
    private const int AcknowledgeAfterMs = 25;

    // Two of a receiver's delayed acknowledgements (RFC 9293, 3.8.6.3: every second segment), and less than half of a first window (RFC 6928).
    private const int AcknowledgeAfterPieces = 4;

    // Linux's least retransmission time-out.
    private const int ResendAfterMs = 200;
    private const int MostDoublings = 5;

    // Timers are looked at no oftener.
    private const int TickMs = 5;

    private readonly List<FlowEntry> _timed = [];
    private long _nextTick;

    /// <summary>How long the loop may wait for packets.</summary>
    public int WaitMs(int idleMs)
    {
        if (_timed.Count == 0) return idleMs;
        long left = _nextTick - time.GetTimestamp();
        return (int)Math.Clamp(left * 1000 / time.TimestampFrequency + 1, 0, idleMs);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(Snapshot snapshot)
    {
        if (_timed.Count == 0) return;
        long now = time.GetTimestamp();
        if (now < _nextTick) return;
        _nextTick = long.MaxValue;
        for (int i = _timed.Count - 1; i >= 0; i--)
        {
            FlowEntry entry = _timed[i];
            if (entry.Delivery.HasTimer) Run(entry, snapshot, now);
            if (!entry.Delivery.HasTimer)
            {
                entry.Delivery.IsTimed = false;
                _timed[i] = _timed[^1];
                _timed.RemoveAt(_timed.Count - 1);
                continue;
            }
            _nextTick = Math.Min(_nextTick, Earliest(entry.Delivery));
        }
        _nextTick = Math.Max(_nextTick, now + TicksOf(TickMs));
    }

    private void Run(FlowEntry entry, Snapshot snapshot, long now)
    {
        Delivery delivery = entry.Delivery;
        if (entry.State is FlowState.Refused or FlowState.Permitted)
        {
            (delivery.AcknowledgeAt, delivery.ResendAt) = (0, 0);
            return;
        }
        if (delivery.AcknowledgeAt != 0 && now >= delivery.AcknowledgeAt)
        {
            delivery.AcknowledgeAt = 0;
            if (!entry.Stream.IsSettled) Acknowledge(entry);
        }
        if (delivery.ResendAt == 0 || now < delivery.ResendAt) return;
        if (!delivery.IsOwed)
        {
            delivery.ResendAt = 0;
            return;
        }
        // Pending flows are ended by the sweep; a connection that serves requests ends here.
        if (entry.State == FlowState.Requests && time.GetElapsedTime(delivery.Progress, now) > HelloTimeout)
        {
            EndUndelivered(entry, snapshot);
            return;
        }
        delivery.Attempts++;
        delivery.ResendAt = now + TicksOf(ResendAfterMs << Math.Min(delivery.Attempts, MostDoublings));
        deliveries.Deliver(entry, delivery.Arrived);
    }

    /// <summary>A piece is held: the client must hear of it soon.</summary>
    private void Wait(FlowEntry entry)
    {
        Delivery delivery = entry.Delivery;
        if (++delivery.Pieces >= AcknowledgeAfterPieces)
        {
            Acknowledge(entry);
            return;
        }
        delivery.AcknowledgeAt = time.GetTimestamp() + TicksOf(AcknowledgeAfterMs);
        Time(entry);
    }

    /// <summary>Tells the client that all is here. What was approved and the server does not have yet is the gateway's to bring from now on: nobody else will send it again.</summary>
    private void Acknowledge(FlowEntry entry)
    {
        Settle(entry);
        deliveries.Acknowledge(entry);
        if (entry.Stream.Approved == 0) return;
        entry.Delivery.End = entry.Stream.ApprovedEnd;
        StartDelivery(entry);
    }

    /// <summary>Nothing is held any more, or the client knows.</summary>
    private static void Settle(FlowEntry entry) => (entry.Delivery.AcknowledgeAt, entry.Delivery.Pieces) = (0, 0);

    /// <summary>The gateway sends bytes itself: it sends them again until the server has them.</summary>
    private void StartDelivery(FlowEntry entry)
    {
        Delivery delivery = entry.Delivery;
        long now = time.GetTimestamp();
        if (delivery.ResendAt == 0) (delivery.Attempts, delivery.Progress, delivery.ResendAt) = (0, now, now + TicksOf(ResendAfterMs));
        Time(entry);
    }

    /// <summary>The server has all up to an offset.</summary>
    private void Arrived(FlowEntry entry, uint offset)
    {
        Delivery delivery = entry.Delivery;
        if ((int)(offset - delivery.Arrived) <= 0) return;
        long now = time.GetTimestamp();
        (delivery.Arrived, delivery.Attempts, delivery.Progress) = (offset, 0, now);
        if (!delivery.IsOwed)
        {
            delivery.ResendAt = 0;
            return;
        }
        delivery.ResendAt = now + TicksOf(ResendAfterMs);
        Time(entry);
    }

    /// <summary>The server's window has opened: what did not go out yet may.</summary>
    private void HasRoom(FlowEntry entry)
    {
        Delivery delivery = entry.Delivery;
        if (delivery.IsOwed && (int)(delivery.End - delivery.Sent) > 0) deliveries.Deliver(entry, delivery.Sent);
    }

    private void EndUndelivered(FlowEntry entry, Snapshot snapshot)
    {
        ResetBoth(entry);
        recorder.End(entry, snapshot, snapshot.FindAgent(entry.Key.Source), "no-answer", default);
        table.Remove(entry);
    }

    private void Time(FlowEntry entry)
    {
        if (!entry.Delivery.IsTimed)
        {
            entry.Delivery.IsTimed = true;
            if (_timed.Count == 0) _nextTick = long.MaxValue;
            _timed.Add(entry);
        }
        _nextTick = Math.Min(_nextTick, Earliest(entry.Delivery));
    }

    private static long Earliest(Delivery delivery) => Math.Min(
        delivery.AcknowledgeAt != 0 ? delivery.AcknowledgeAt : long.MaxValue,
        delivery.ResendAt != 0 ? delivery.ResendAt : long.MaxValue);

    private long TicksOf(int ms) => ms * time.TimestampFrequency / 1000;
}
