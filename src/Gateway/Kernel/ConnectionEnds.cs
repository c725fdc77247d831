using Exeat.Gateway.Judging;
using Exeat.Gateway.Records;
using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>Listens to conntrack's destroy events and hands the ends of our flows to the verdict thread.</summary>
internal sealed class ConnectionEnds(ConntrackEvents events, Conntrack conntrack, VerdictLoop loop, TcpJudge tcp, QuicJudge quic, PacketJudge judge, TimeProvider time)
{
    private const int WaitMs = 500;
    private static readonly TimeSpan CompareEvery = TimeSpan.FromMinutes(1);
    private readonly ConnectionEndings _endings = new();
    private long _comparedAt = time.GetTimestamp();

    /// <summary>Runs on a thread of its own until cancelled.</summary>
    public void Run(CancellationToken stop)
    {
        using CancellationTokenRegistration wake = stop.Register(events.Wake);
        while (!stop.IsCancellationRequested)
        {
            int count = events.Receive(WaitMs);
            if (time.GetElapsedTime(_comparedAt) > CompareEvery) Compare();
            if (count == 0) continue;
            var ends = new List<(FlowKey Key, FlowCounts Counts)>(count);
            for (int i = 0; i < count; i++)
            {
                ref readonly ConntrackEvent e = ref events[i];
                ends.Add((Tuples.KeyOf(e.Original), _endings.Of(e)));
            }
            loop.Post(() =>
            {
                foreach ((FlowKey key, FlowCounts counts) in ends) tcp.Ended(key, counts, judge.Snapshot);
            });
        }
    }

    // Events can be lost, and some flows never have one: now and then the table itself is asked. What it says of those that live is told in their records.
    private void Compare()
    {
        _comparedAt = time.GetTimestamp();
        var living = new Dictionary<FlowKey, FlowCounts>();
        conntrack.Dump(0, 0, (in ConntrackEvent entry) => living[Tuples.KeyOf(entry.Original)] = ConnectionEndings.CountsOf(entry));
        loop.Post(() =>
        {
            tcp.EndMissing(living, judge.Snapshot);
            quic.EndUnanswered(living, judge.Snapshot);
            tcp.Update(living, judge.Snapshot);
        });
    }
}
