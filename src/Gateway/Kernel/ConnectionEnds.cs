using Exeat.Gateway.Judging;
using Exeat.Gateway.Records;
using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>Listens to conntrack's destroy events and hands the ends of our flows to the verdict thread.</summary>
internal sealed class ConnectionEnds(ConntrackEvents events, Conntrack conntrack, VerdictLoop loop, TcpJudge tcp, PacketJudge judge, TimeProvider time)
{
    private const int WaitMs = 500;
    private static readonly TimeSpan CompareEvery = TimeSpan.FromMinutes(1);
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
                ends.Add((Tuples.KeyOf(e.Original), new FlowCounts((long)e.BytesOut, (long)e.BytesIn, (long)e.PacketsOut, (long)e.PacketsIn)));
            }
            loop.Post(() =>
            {
                foreach ((FlowKey key, FlowCounts counts) in ends) tcp.Ended(key, counts, judge.Snapshot);
            });
        }
    }

    // Events can be lost, and some flows never have one: now and then the table itself is asked.
    private void Compare()
    {
        _comparedAt = time.GetTimestamp();
        var living = new HashSet<FlowKey>();
        conntrack.Dump(0, 0, (in ConntrackEvent entry) => living.Add(Tuples.KeyOf(entry.Original)));
        loop.Post(() => tcp.EndMissing(living, judge.Snapshot));
    }
}
