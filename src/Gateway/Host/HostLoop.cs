using Exeat.Gateway.Records;
using Exeat.Gateway.Reload;
using Exeat.Gateway.Supervision;
using Exeat.Linux;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Host;

/// <summary>What a running gateway does besides answering: changes of policy, and jobs at intervals.</summary>
internal sealed class HostLoop(HostParts parts, TimeProvider time, ILogger log, NotifySocket notify) : IDisposable
{
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _reload = new(0);

    /// <summary>Asks for the documents to be read again.</summary>
    public void Reload() => _reload.Release();

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(HostDocuments documents, HostKernel kernel, HostJudging path)
    {
        var counts = new KernelCounts(kernel.Nftables, path.Journal, () => path.Policies.Current);
        HostMetrics.Register(path.Metrics, counts);
        while (true)
        {
            try
            {
                if (await _reload.WaitAsync(CountEvery, parts.Stopping).ConfigureAwait(false))
                {
                    notify.Reloading(time);
                    await ReloadAsync(documents, path).ConfigureAwait(false);
                    notify.Ready(StatusOf(path.Policies.Current));
                }
                else Periodic(counts, path);
            }
            catch (OperationCanceledException) when (parts.Stopping.IsCancellationRequested)
            {
                counts.Record();
                path.Records.Flush(all: true);
                return;
            }
        }
    }

    public void Dispose() => _reload.Dispose();

    /// <summary>What a supervisor shows beside the name.</summary>
    public static string StatusOf(Snapshot snapshot) => $"policy {snapshot.Version[..12]}, generation {snapshot.Generation}, {snapshot.Policy.Agents.Length} agents";

    private static void Periodic(KernelCounts counts, HostJudging path)
    {
        counts.Record();
        path.Records.Flush();
        path.Bindings.Sweep();
    }

    private async Task ReloadAsync(HostDocuments documents, HostJudging path)
    {
        Loaded fresh = Loaded.Read(documents.Gateway, time);
        HostDocuments.Tell(fresh, log);
        if (!fresh.IsUsable)
        {
            log.Refused(fresh.Problems.First(p => p.Severity == Severity.Error).ToString());
            return;
        }
        try
        {
            int ended = await path.Policies.ChangeAsync(fresh, path.Loop, path.Judge, path.Tcp, parts.Stopping).ConfigureAwait(false);
            log.Applied(path.Policies.Current.Version[..12], fresh.Policy!.Mode.ToString(), path.Policies.Current.Generation, ended);
        }
        catch (Exception refused) when (refused is KernelException or IOException or UnauthorizedAccessException)
        {
            log.Refused(refused.Message);
        }
        // Also after a change that failed half-way: the policy that counts may be the new one already.
        path.Bindings.Revise(path.Policies.Current.Policy);
    }
}
