using Exeat.Linux;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Kernel;

/// <summary>Watches the kernel's tables, routing rules and links, and repairs what others changed. Until the repair the second lock holds.</summary>
internal sealed class LockWatch(KernelWatch watch, Nftables nftables, Locks locks, Action linksChanged, TimeProvider time, ILogger log)
{
    // Even without an event the state is compared now and then: an event can be lost.
    private const int WaitMs = 10_000;

    private static readonly TimeSpan CompareEvery = TimeSpan.FromMilliseconds(WaitMs);

    /// <summary>Runs on a thread of its own until cancelled.</summary>
    public void Run(CancellationToken stop)
    {
        using CancellationTokenRegistration wake = stop.Register(watch.Wake);
        long comparedAt = time.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            bool seen = watch.TryWait(WaitMs, out KernelChange change);
            if (stop.IsCancellationRequested) return;
            if (seen && (change.IsOverrun || (change.Kinds & (KernelChangeKinds.Links | KernelChangeKinds.Addresses)) != 0)) linksChanged();
            try
            {
                bool isForeign = seen && (change.Kinds & KernelChangeKinds.Ruleset) != 0 && (change.IsOverrun || nftables.HasForeignChange(change.Generation));
                // A busy gateway changes the ruleset all the time; what is due is not put off by that.
                if (seen && change.Kinds == KernelChangeKinds.Ruleset && !isForeign && time.GetElapsedTime(comparedAt) < CompareEvery) continue;
                comparedAt = time.GetTimestamp();
                if (locks.Repair(isForeign) is { } what) log.Repaired(what);
            }
            catch (KernelException refused)
            {
                log.RepairFailed(refused.Message);
            }
        }
    }
}
