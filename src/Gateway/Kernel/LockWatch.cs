using Exeat.Linux;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Kernel;

/// <summary>Watches the kernel's tables, routing rules and links, and repairs what others changed. Until the repair the second lock holds.</summary>
internal sealed class LockWatch(KernelWatch watch, Nftables nftables, Locks locks, Action linksChanged, ILogger log)
{
    // Even without an event the state is compared now and then: an event can be lost.
    private const int WaitMs = 10_000;

    /// <summary>Runs on a thread of its own until cancelled.</summary>
    public void Run(CancellationToken stop)
    {
        using CancellationTokenRegistration wake = stop.Register(watch.Wake);
        while (!stop.IsCancellationRequested)
        {
            bool seen = watch.TryWait(WaitMs, out KernelChange change);
            if (stop.IsCancellationRequested) return;
            if (seen && (change.IsOverrun || (change.Kinds & (KernelChangeKinds.Links | KernelChangeKinds.Addresses)) != 0)) linksChanged();
            if (seen && change.Kinds == KernelChangeKinds.Ruleset && nftables.IsOwnGeneration(change.Generation)) continue;
            try
            {
                if (locks.Repair(seen && (change.Kinds & KernelChangeKinds.Ruleset) != 0) is { } what) log.Repaired(what);
            }
            catch (KernelException refused)
            {
                log.RepairFailed(refused.Message);
            }
        }
    }
}
