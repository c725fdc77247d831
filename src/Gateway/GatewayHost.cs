using System.Collections.Frozen;
using System.Net;
using System.Runtime.InteropServices;
using Exeat.Flows;
using Exeat.Gateway.Bindings;
using Exeat.Gateway.Dns;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Records;
using Exeat.Gateway.Reload;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway;

/// <summary>One running gateway: starts its parts in the only safe order, and stops with both locks closed.</summary>
/// <remarks>
/// <code>
///   documents → kernel features → LOCKS CLOSED (base table, routing rules) → journal → queue and resolver listen
///            → data table → sysctls → forwarding on → ready
/// </code>
/// An exception at any point leaves the locks as they are: closed.
/// </remarks>
internal sealed class GatewayHost(string configPath, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private const ushort QueueNumber = 4747;
    private const int FlowCapacity = 65_536;
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IDisposable> _owned = [];
    private readonly List<Thread> _threads = [];
    private readonly SemaphoreSlim _reload = new(0);
    private string? _failure;

    /// <summary>Runs until a signal, or until a part fails.</summary>
    public async Task RunAsync()
    {
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _reload.Release();
        });

        GatewayDocument gateway = ReadConfig();
        Loaded loaded = Loaded.Read(gateway, time);
        Tell(loaded);
        if (!loaded.IsUsable) throw new GatewayFailure(2, "policy or agents cannot be used; nothing was started");
        if (gateway.Management.Socket is not null || gateway.Management.Metrics is not null) log.Warned("management: nothing is served there in this version; send SIGHUP, and read applied.json in the state folder");
        MarkLayout marks = Marks(gateway);
        Preparation.RequireFeatures();
        LinkTable links = Own(new LinkTable());
        Preparation.RequireInterfaces(links, [.. gateway.Inside, gateway.Outside]);
        Directory.CreateDirectory(gateway.State);

        Nftables nftables = Own(new Nftables());
        var second = new SecondLock(Own(new PolicyRouting()), marks, gateway.Inside);
        var locks = new Locks(nftables, second);
        RulesetOptions frame = Frame(gateway, marks, []);
        locks.Close(frame);
        log.LocksClosed(gateway.Inside.Length * 2);

        var table = new FlowTable(gateway.Limits, FlowCapacity);
        Conntrack conntrack = Own(new Conntrack());
        var join = new FlowJoin(conntrack, marks, table, time);
        join.ReadProofs(gateway.Journal.Dir);
        Journal journal = Own(OpenJournal(gateway));
        var recorder = new FlowRecorder(journal, time);
        var bindings = new BindingBook(new BindingLimits { PerAgent = gateway.Limits.Bindings, AddressesPerName = gateway.Limits.AddressesPerName, Least = TimeSpan.FromSeconds(gateway.Limits.BindingSeconds) }, time);
        var attachments = new Attachments(gateway.Inside);
        var interfaces = new Interfaces();
        void LinksChanged() => interfaces.Refresh(gateway.Inside, links);
        LinksChanged();
        RawSender sender = Own(new RawSender(marks.Passed));
        var resets = new ResetList(packet => sender.Send(packet));
        var never = new NeverForwarded(gateway.Dns.Intercept.ToFrozenSet());
        var tcp = new TcpJudge(table, bindings, recorder, resets, new KernelConnections(conntrack, attachments, marks), never, time)
        {
            HelloTimeout = TimeSpan.FromMilliseconds(gateway.Limits.HelloMilliseconds),
            HelloBytes = gateway.Limits.HelloBytes,
        };
        var judge = new PacketJudge(tcp, new DatagramJudge(table, bindings, recorder, never, time), recorder, interfaces, marks);
        PacketQueue queue = Own(PacketQueue.Open(QueueNumber));
        var loop = new VerdictLoop(queue, judge, recorder, resets, tcp, time);

        PolicySwitch? policies = null;
        await using var resolver = new PolicyResolver(
            new ResolverOptions
            {
                Intercepts = gateway.Dns.Intercept,
                Upstreams = [.. gateway.Dns.Upstream.Select(u => new IPEndPoint(u.Address.ToIPAddress(), u.Port))],
                IsOwnAddress = interfaces.IsOwnAddress,
                Limits = new ResolverLimits
                {
                    QuestionsPerSecond = gateway.Limits.DnsQuestionsPerSecond,
                    QuestionsBurst = gateway.Limits.DnsQuestionsPerSecond * 2,
                    NamesPerWindow = gateway.Limits.DnsNamesPerHour,
                    CacheEntries = gateway.Limits.DnsCacheEntries,
                },
            },
            () => policies!.Current, bindings, new JournalSink(journal), time, log);
        resolver.Start();
        frame = Frame(gateway, marks, resolver.Listeners);
        policies = new PolicySwitch(gateway, locks, attachments, new GenerationCounter(gateway.State), marks, conntrack, () => frame, time);
        Snapshot first = policies.Prepare(loaded);
        judge.Snapshot = first;
        (int joined, int unproven) = join.Join(first);
        if (joined + unproven > 0) log.Joined(joined, unproven);

        var ends = new ConnectionEnds(Own(ConntrackEvents.Open(ConntrackEventKinds.Destroy)), conntrack, loop, tcp, judge, time);
        Start("verdict", loop.Run);
        Start("conntrack", ends.Run);
        policies.Begin(first, loaded);
        log.QueueBound(QueueNumber, locks.QueueKind == QueueKind.Nft ? "nft queue" : "xt NFQUEUE in our own nft table");
        var watch = new LockWatch(Own(new KernelWatch()), nftables, locks, LinksChanged, log);
        Start("watch", watch.Run);
        Task answering = GuardAsync("resolver", resolver.RunAsync(_stop.Token));
        Preparation.SetSysctls(gateway.Inside);
        Preparation.EnableForwarding();
        if (loaded.Policy!.Mode == Mode.Monitor) log.Monitoring();
        log.Ready(first.Version[..12], loaded.Policy.Mode.ToString(), first.Generation, first.Policy.Agents.Length);

        var counts = new KernelCounts(nftables, journal, () => policies.Current);
        await ReloadUntilStoppedAsync(gateway, policies, loop, judge, tcp, counts, bindings).ConfigureAwait(false);
        counts.Record();
        await answering.ConfigureAwait(false);
        // We may still be inside Cancel(), on whose stack the other threads have yet to be woken: joining them here would wait for their time-outs.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        foreach (Thread thread in _threads) thread.Join();
        locks.Stop();
        journal.Commit();
        if (_failure is not null) throw new GatewayFailure(4, _failure);
        log.Stopped();
    }

    /// <summary>Lets go of everything but the locks.</summary>
    public ValueTask DisposeAsync()
    {
        _stop.Cancel();
        // The kernel writes into the buffers of queue and events: their threads leave first.
        foreach (Thread thread in _threads) thread.Join();
        foreach (IDisposable part in Enumerable.Reverse(_owned)) part.Dispose();
        _stop.Dispose();
        _reload.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ReloadUntilStoppedAsync(GatewayDocument gateway, PolicySwitch policies, VerdictLoop loop, PacketJudge judge, TcpJudge tcp, KernelCounts counts, BindingBook bindings)
    {
        while (true)
        {
            try
            {
                if (!await _reload.WaitAsync(CountEvery, _stop.Token).ConfigureAwait(false))
                {
                    counts.Record();
                    bindings.Sweep();
                    continue;
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            Loaded fresh = Loaded.Read(gateway, time);
            Tell(fresh);
            if (!fresh.IsUsable)
            {
                log.Refused(fresh.Problems.First(p => p.Severity == Severity.Error).ToString());
                continue;
            }
            try
            {
                int ended = await policies.ChangeAsync(fresh, loop, judge, tcp, _stop.Token).ConfigureAwait(false);
                log.Applied(policies.Current.Version[..12], fresh.Policy!.Mode.ToString(), policies.Current.Generation, ended);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception refused) when (refused is KernelException or IOException or UnauthorizedAccessException)
            {
                log.Refused(refused.Message);
            }
            // Also after a change that failed half-way: the policy that counts may be the new one already.
            bindings.Revise(policies.Current.Policy);
        }
    }

    private GatewayDocument ReadConfig()
    {
        GatewayResult result = GatewayDocumentLoader.Load(configPath);
        foreach (Problem problem in result.Problems) Console.Error.WriteLine(problem);
        return result.Gateway ?? throw new GatewayFailure(2, $"{configPath} is not a usable gateway document (exeat-gateway --print-example shows one)");
    }

    private Journal OpenJournal(GatewayDocument gateway)
    {
        try
        {
            return Journal.Open(new JournalOptions { Dir = gateway.Journal.Dir, MaxBytes = gateway.Journal.MaxBytes, Gateway = gateway.Id }, time);
        }
        catch (JournalException refused)
        {
            throw new GatewayFailure(3, refused.Message);
        }
    }

    private static MarkLayout Marks(GatewayDocument gateway)
    {
        try
        {
            return new MarkLayout(gateway.MarkMask);
        }
        catch (ArgumentException wrong)
        {
            throw new GatewayFailure(2, wrong.Message);
        }
    }

    private static RulesetOptions Frame(GatewayDocument gateway, MarkLayout marks, IReadOnlyList<(Address Intercept, ushort Port)> listeners) => new()
    {
        Marks = marks,
        Inside = gateway.Inside,
        Outside = gateway.Outside,
        Identities = [],
        Intercepts = listeners.Count > 0 ? listeners : [.. gateway.Dns.Intercept.Select(a => (a, (ushort)0))],
        Upstreams = [.. gateway.Dns.Upstream.Select(u => (u.Address, u.Port))],
        Enforced = gateway.Inside,
        UserId = ProcessUser.Id,
        Queue = QueueNumber,
        NewFlowsPerSecond = gateway.Limits.NewFlowsPerSecond,
        NewFlowsBurst = gateway.Limits.NewFlowsBurst,
        Generations = [],
    };

    private void Tell(Loaded loaded)
    {
        foreach (Problem problem in loaded.Problems)
        {
            if (problem.Severity == Severity.Error) log.Wrong(problem.ToString());
            else log.Warned(problem.ToString());
        }
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }

    // A part that fails takes the whole gateway down: the kernel then drops what is new, and keeps what is permitted.
    private void Start(string name, Action<CancellationToken> run)
    {
        var thread = new Thread(() =>
        {
            try
            {
                run(_stop.Token);
            }
            catch (Exception failure)
            {
                Fail(name, failure);
            }
        })
        { IsBackground = true, Name = name };
        _threads.Add(thread);
        thread.Start();
    }

    private async Task GuardAsync(string name, Task part)
    {
        try
        {
            await part.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure)
        {
            Fail(name, failure);
        }
    }

    private void Fail(string name, Exception failure)
    {
        _failure ??= $"{name}: {failure.Message}";
        log.Failed(name, failure.ToString());
        _stop.Cancel();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }
}
