using System.Collections.Immutable;
using Exeat.Api;
using Exeat.Gateway.Host;
using Exeat.Gateway.Reload;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Management;

/// <summary>Looks at a running gateway from beside: at counters that its threads publish, and at the kernel itself for what must be checked and not assumed.</summary>
internal sealed class StatusSource(HostKernel kernel, HostJudging judging, HostReload reload, TimeProvider time)
{
    // The kernel's tables are listed for each look; asking more often than this gets the last answer.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    // As often as the lock watch compares without being told.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    // Of a reload; the first is the one to mend first.
    private const int MostProblems = 20;

    private readonly Lock _lock = new();
    private readonly DateTimeOffset _started = time.GetUtcNow();
    private GatewayStatus? _last;
    private long _at;

    /// <summary>How it is now, or was a second ago.</summary>
    public GatewayStatus Look()
    {
        lock (_lock)
        {
            if (_last is { } last && time.GetElapsedTime(_at) < Fresh) return last;
            GatewayStatus now = Read(_last);
            (_last, _at) = (now, time.GetTimestamp());
            return now;
        }
    }

    /// <summary>For a person: with the last refusal, which is read from the disk.</summary>
    public GatewayStatus LookCloser() => Look() with { LastDenial = LastDenial.Read(reload.Gateway.Journal.Dir) };

    /// <summary>Looks now and then, so that <see cref="GatewayStatus.Since"/> is true and what is not as declared is said once. Ends when stopped; never throws.</summary>
    public async Task WatchAsync(ILogger log, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        ImmutableArray<string> said = [];
        try
        {
            do
            {
                ImmutableArray<string> alarms = Look().Alarms;
                foreach (string alarm in alarms.Except(said)) log.Alarm(alarm);
                if (alarms.IsEmpty && !said.IsEmpty) log.AlarmOver();
                said = alarms;
            }
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            // Whoever asks for the status meets the same failure, and the data path has guards of its own.
            log.AnswerFailed(failure.Message);
        }
    }

    private GatewayStatus Read(GatewayStatus? before)
    {
        GatewayDocument document = reload.Gateway;
        Snapshot snapshot = judging.Policies.Current;
        ImmutableArray<AgentEntry> agents = snapshot.Policy.Agents;
        LockStatus locks = kernel.Locks.Look();
        int monitored = agents.Count(a => a.EffectiveMode == Mode.Monitor);
        string declared = snapshot.Policy.Mode == Mode.Monitor ? "monitor" : "enforce";
        string effective = !locks.DataTable ? "closed" : monitored == 0 ? "enforce" : monitored == agents.Length ? "monitor" : "mixed";
        bool enforcing = locks is { Hold: true, ChecksumRules: true } && effective == "enforce";
        DateTimeOffset now = time.GetUtcNow();
        var journal = new JournalStatus(document.Journal.Dir, judging.Journal.IsWritable, judging.Journal.LastError, judging.Journal.Bytes, document.Journal.MaxBytes);
        return new GatewayStatus
        {
            Product = Product.Version,
            Gateway = document.Id,
            PolicyPath = document.Policy,
            Pid = Environment.ProcessId,
            Started = _started,
            Time = now,
            Enforcing = enforcing,
            Since = before is null ? _started : before.Enforcing == enforcing ? before.Since : now,
            DeclaredMode = declared,
            EffectiveMode = effective,
            Alarms = [.. Alarms(declared, monitored, agents.Length, locks, reload.Last)],
            Policy = new PolicyStatus(snapshot.Version, snapshot.AgentsHash, snapshot.Generation, snapshot.Policy.Rules.Length),
            Agents = new AgentsStatus(agents.Length - monitored, monitored, [.. agents.Where(a => a.Quarantined).Select(a => a.Id)]),
            Queue = new QueueStatus(HostKernel.QueueNumber, kernel.Locks.QueueKind == Linux.QueueKind.Nft ? "nft" : "xtables", judging.Loop.Judged, judging.Losses.Total),
            Flows = judging.Table.Count,
            Pending = judging.Table.Pending,
            Bindings = judging.Bindings.Count,
            Journal = journal,
            Locks = locks,
            LastReload = ReloadOf(reload.Last),
        };
    }

    private static IEnumerable<string> Alarms(string declared, int monitored, int agents, LockStatus locks, ReloadReport last)
    {
        if (!locks.DropTable) yield return "the drop table is not in the kernel as it was loaded";
        if (!locks.RoutingRules) yield return "routing rules of the second lock are missing";
        if (!locks.DataTable) yield return "the data table is not in the kernel as it was loaded: permitted traffic does not pass";
        if (!locks.ChecksumRules) yield return "the checksum rules are not in the kernel as they were loaded: what agents leave unfinished is refused, or may change as it leaves";
        if (declared == "enforce" && agents > 0 && monitored == agents) yield return "the policy declares enforce, but every agent is in monitor";
        if (last is { Cause: ReloadCause.Start, Applied: false }) yield return "started with the last good documents: those on disk cannot be used";
    }

    // The start's own reading is worth a line only when it failed.
    private static ReloadStatus? ReloadOf(ReloadReport last) =>
        last is { Cause: ReloadCause.Start, Applied: true } ? null : new ReloadStatus(last.Time, last.Applied && last.Why.Length == 0, [.. last.Problems.Select(p => p.ToString()).Prepend(last.Why).Where(p => p.Length > 0).Distinct().Take(MostProblems)]);
}
