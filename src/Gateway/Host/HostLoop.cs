using Exeat.Gateway.Records;
using Exeat.Gateway.Reload;
using Exeat.Gateway.Supervision;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Host;

/// <summary>What a running gateway does besides answering: changes of documents, what expires, and jobs at intervals.</summary>
internal sealed class HostLoop(HostParts parts, TimeProvider time, ILogger log, NotifySocket notify) : IDisposable
{
    // Hits of remembered refusals are told as soon as a person would look for them.
    private static readonly TimeSpan RepeatsEvery = TimeSpan.FromMilliseconds(500);

    // The kernel's own counters are read by a command, which takes milliseconds.
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(5);

    // Where no event came (network file systems, more folders than the kernel watches), contents are compared so often.
    private static readonly TimeSpan CompareEvery = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    private readonly ReloadSignal _signal = new(time);

    /// <summary>Asks for the documents to be read again, changed or not.</summary>
    public void Reload() => _signal.Force();

    public void Dispose() => _signal.Dispose();

    /// <summary>What a supervisor shows beside the name.</summary>
    public static string StatusOf(Snapshot snapshot) => $"policy {snapshot.Version[..12]}, generation {snapshot.Generation}, {snapshot.Policy.Agents.Length} agents";

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(HostDocuments documents, HostKernel kernel, HostJudging judging, HostReload reload)
    {
        var counts = new KernelCounts(kernel.Nftables, kernel.Locks, kernel.Attachments, judging.Records, judging.Losses, () => judging.Policies.Current, () => judging.Denials.ReadAt, time);
        HostMetrics.Register(judging.Metrics, counts);
        counts.RecordLeft(judging.Left.Unjudged, judging.Left.Repeated, judging.Left.Waiting);
        judging.ToldLeft();
        // The counts are read last: what is counted between that and the load is lost.
        kernel.Locks.Renewing = load => judging.Denials.Renew(() => counts.Renew(load), () => kernel.Locks.Loads);
        Action note = judging.Note;
        using var watch = new DocumentWatch(_signal.Changed, log);
        watch.Watch(reload.Paths);
        reload.Begin();
        // What changed between the reading of the documents and the watch.
        _signal.Changed();
        long counted = time.GetTimestamp(), compared = counted, repeated = counted;
        try
        {
            while (true)
            {
                ReloadCause cause = await _signal.WaitAsync(UntilNext(documents, judging, repeated), parts.Stopping).ConfigureAwait(false);
                if (cause == ReloadCause.None && (reload.IsDueAgain || time.GetElapsedTime(compared) >= CompareEvery)) cause = ReloadCause.Files;
                if (cause != ReloadCause.None)
                {
                    Snapshot before = judging.Policies.Current;
                    if (cause == ReloadCause.Asked) notify.Reloading(time);
                    bool read = await reload.ReadAsync(cause).ConfigureAwait(false);
                    if (cause == ReloadCause.Asked || !ReferenceEquals(before, judging.Policies.Current)) notify.Ready(StatusOf(judging.Policies.Current));
                    compared = time.GetTimestamp();
                    if (read)
                    {
                        // Links may lead elsewhere now, and folders may be new. What happens before the new watch is seen by comparing once more.
                        watch.Watch(reload.Paths);
                        _signal.Changed();
                    }
                }
                documents.Clock.Check();
                if (reload.HasExpired) await reload.ExpireAsync().ConfigureAwait(false);
                if (time.GetElapsedTime(repeated) >= RepeatsEvery)
                {
                    await judging.Denials.CountAsync(parts.Stopping).ConfigureAwait(false);
                    judging.Records.Flush();
                    judging.Loop.Post(note);
                    repeated = time.GetTimestamp();
                }
                if (time.GetElapsedTime(counted) < CountEvery) continue;
                await counts.RecordAsync(judging.Queue, judging.Loop, parts.Stopping).ConfigureAwait(false);
                judging.Bindings.Sweep();
                judging.KeptBindings.Settle(judging.Bindings);
                counted = time.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (parts.Stopping.IsCancellationRequested)
        {
            counts.Record();
            await judging.Denials.CountAsync(CancellationToken.None).ConfigureAwait(false);
            judging.Records.Flush(all: true);
        }
    }

    private TimeSpan UntilNext(HostDocuments documents, HostJudging judging, long repeated)
    {
        TimeSpan next = RepeatsEvery - time.GetElapsedTime(repeated);
        if (judging.Policies.Current.Policy.NextExpiry - documents.Clock.Now is { } expiry && expiry < next) next = expiry;
        return next > Shortest ? next : Shortest;
    }
}
