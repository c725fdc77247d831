using Exeat.Gateway.Judging;
using Exeat.Gateway.Records;
using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>Listens to conntrack's destroy events and hands the ends of our flows to the verdict thread.</summary>
internal sealed class ConnectionEnds(ConntrackEvents events, VerdictLoop loop, TcpJudge tcp, PacketJudge judge)
{
    private const int WaitMs = 500;

    /// <summary>Runs on a thread of its own until cancelled.</summary>
    public void Run(CancellationToken stop)
    {
        using CancellationTokenRegistration wake = stop.Register(events.Wake);
        while (!stop.IsCancellationRequested)
        {
            int count = events.Receive(WaitMs);
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
}
