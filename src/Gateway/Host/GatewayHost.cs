using System.Runtime.InteropServices;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Management;
using Exeat.Gateway.Supervision;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Host;

/// <summary>One running gateway: starts its parts in the only safe order, and stops with both locks closed.</summary>
/// <remarks>
/// <code>
///   HostDocuments    documents, marks
///   HostKernel       kernel features, interfaces → LOCKS CLOSED (base table, routing rules)
///   HostJudging      proofs, journal → bindings, judges, queue
///   HostResolver     resolver listens
///   here             data table → sysctls → forwarding on → ready
///   HostLoop         changes of documents (HostReload), expiry and counts, until stopped
/// </code>
/// An exception at any point leaves the locks as they are: closed.
/// </remarks>
internal sealed class GatewayHost(string configPath, TimeProvider time, ILogger log, NotifySocket notify) : IAsyncDisposable
{
    private readonly HostParts _parts = new(log);

    /// <summary>Runs until a signal, or until a part fails.</summary>
    public async Task RunAsync()
    {
        HostLoop loop = _parts.Own(new HostLoop(_parts, time, log, notify));
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            loop.Reload();
        });

        HostDocuments documents = HostDocuments.Read(configPath, time, log);
        var kernel = new HostKernel(documents, _parts, log);
        var judging = new HostJudging(documents, kernel, _parts, time, log);
        await using var resolver = new HostResolver(kernel, judging, _parts, time, log);
        resolver.Start(documents.Gateway);
        HostMetrics.Register(judging.Metrics, judging, resolver);
        judging.Begin(documents, kernel, resolver.Listeners, log);
        _parts.Start("watch", kernel.Watch(time, log).Run);
        resolver.Run();
        resolver.ForgetOtherPorts(unanswered: true);
        Preparation.SetSysctls();
        Preparation.EnableForwarding();
        Snapshot first = judging.Policies.Current;
        if (first.Policy.Mode == Mode.Monitor) log.Monitoring();
        log.Ready(first.Version[..12], first.Policy.Mode.ToString(), first.Generation, first.Policy.Agents.Length);

        notify.Ready(HostLoop.StatusOf(first));
        var watchdog = new Watchdog(notify, Watchdog.IntervalFromEnvironment(), [("verdict thread", judging.Loop.AnswersAsync), ("resolver", resolver.AnswersAsync)], time, log);
        var reload = new HostReload(documents, kernel, judging, resolver, _parts, time, log);
        var status = new StatusSource(kernel, judging, reload, time);
        StatusMetrics.Register(judging.Metrics, status.Look);
        var management = new ManagementServer(documents.Gateway.Management, status.Look, status.LookCloser, judging.Metrics.Text, time, log);
        Task managed = Task.Run(() => management.RunAsync(_parts.Stopping));
        Task looking = status.WatchAsync(log, _parts.Stopping);
        Task watched = _parts.GuardAsync("watchdog", watchdog.RunAsync(_parts.Stopping));

        await loop.RunAsync(documents, kernel, judging, reload).ConfigureAwait(false);
        notify.Stopping();
        await managed.ConfigureAwait(false);
        await looking.ConfigureAwait(false);
        await watched.ConfigureAwait(false);
        await resolver.JoinAsync().ConfigureAwait(false);
        await _parts.JoinAsync().ConfigureAwait(false);
        judging.Journal.Commit();
        judging.Note();
        _parts.ThrowIfFailed();
        log.Stopped();
    }

    /// <summary>Lets go of everything but the locks.</summary>
    public ValueTask DisposeAsync()
    {
        _parts.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        _parts.RequestStop();
    }
}
