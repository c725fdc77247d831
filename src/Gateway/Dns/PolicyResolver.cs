using System.Net;
using System.Net.Sockets;
using Exeat.Gateway.Bindings;
using Exeat.Names;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Dns;

/// <summary>The resolver that agents reach whatever resolver they ask: policy first, then an upstream, then the binding, then the record, then the answer.</summary>
/// <remarks>
/// The kernel redirects port 53 of each intercepted address to a port of its own here, so the port tells which resolver the agent meant:
/// <code>
///   agent ─► 192.0.2.53:53 ─► redirect ─► [::]:port ─► QuestionDesk ─► refused (nothing leaves)
///                                                          └─► cache / UpstreamClient ─► AnswerRelease: screen, bind, record ─► agent
/// </code>
/// </remarks>
public sealed class PolicyResolver : IAsyncDisposable
{
    // UDP and TCP need the same number; another program may hold one of them.
    private const int BindAttempts = 32;

    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);

    private readonly ResolverOptions _options;
    private readonly BindingBook _book;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly QuestionDesk _desk;
    private readonly LivenessProbe _probe = new();
    private readonly List<(Address Intercept, Socket Udp, Socket Tcp)> _sockets = [];

    /// <summary>Makes a resolver; nothing is bound yet.</summary>
    public PolicyResolver(ResolverOptions options, Func<Snapshot> current, BindingBook book, IFlowSink records, TimeProvider time, ILogger log)
    {
        (_options, _book, _time, _log) = (options, book, time, log);
        _desk = new QuestionDesk(options, current, book, records, time);
    }

    /// <summary>What was done so far.</summary>
    public ResolverCounters Counters => _desk.Counters;

    /// <summary>Answers that are remembered now.</summary>
    public int CacheEntries => _desk.CacheEntries;

    /// <summary>The local port, for UDP and TCP alike, that stands for each intercepted address; empty before <see cref="Start"/>.</summary>
    public IReadOnlyList<(Address Intercept, ushort Port)> Listeners { get; private set; } = [];

    /// <summary>Binds a port, for UDP and TCP and both families, for each intercepted address: the <paramref name="wished"/> one where it is free. Throws <see cref="SocketException"/>.</summary>
    public IReadOnlyList<(Address Intercept, ushort Port)> Start(IReadOnlyDictionary<Address, ushort>? wished = null)
    {
        foreach (Address intercept in _options.Intercepts)
        {
            (Socket udp, Socket tcp) = wished is not null && wished.TryGetValue(intercept, out ushort port) ? TryBind(port) ?? BindPair() : BindPair();
            _sockets.Add((intercept, udp, tcp));
        }
        Listeners = [.. _sockets.Select(s => (s.Intercept, (ushort)((IPEndPoint)s.Udp.LocalEndPoint!).Port))];
        foreach ((Address intercept, ushort number) in Listeners) _log.Listening(intercept.ToString(), number);
        return Listeners;
    }

    /// <summary>Answers until stopped. Any other end is a failure, and the gateway must end with it: without a resolver nothing is bound, so nothing new passes.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var total = new ConnectionCount(_options.Limits.Connections);
        using var all = CancellationTokenSource.CreateLinkedTokenSource(stop);
        List<Task> tasks = [FlushAsync(all.Token)];
        foreach ((Address intercept, Socket udp, Socket tcp) in _sockets)
        {
            tasks.Add(new UdpFront(udp, intercept, _desk, _options.Limits, _probe).RunAsync(all.Token));
            tasks.Add(new TcpFront(tcp, intercept, _desk, _options.Limits, total, _time).RunAsync(all.Token));
        }
        try
        {
            await await Task.WhenAny(tasks);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            _log.ResolverFailed(error.Message);
            throw;
        }
        finally
        {
            await all.CancelAsync();
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _desk.SettleAsync();
            _desk.Recorder.Flush();
        }
    }

    /// <summary>Whether every port is really read, found out over loopback; waits for the answers until cancelled.</summary>
    public async Task<bool> AnswersAsync(CancellationToken stop)
    {
        foreach ((_, ushort port) in Listeners)
        {
            try
            {
                if (!await _probe.AskAsync(port, stop).ConfigureAwait(false)) return false;
            }
            catch (SocketException)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Lets go of the ports.</summary>
    public ValueTask DisposeAsync()
    {
        foreach ((_, Socket udp, Socket tcp) in _sockets)
        {
            udp.Dispose();
            tcp.Dispose();
        }
        return ValueTask.CompletedTask;
    }

    private async Task FlushAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(FlushEvery, _time);
        (long failed, long ignored) = (0, 0);
        while (await timer.WaitForNextTickAsync(stop))
        {
            if (Counters.UpstreamFailed > failed) _log.UpstreamsFailed(Counters.UpstreamFailed - failed);
            if (Counters.IgnoredPackets > ignored) _log.PacketsIgnored(Counters.IgnoredPackets - ignored);
            (failed, ignored) = (Counters.UpstreamFailed, Counters.IgnoredPackets);
            _desk.Recorder.Flush();
            _book.Sweep();
        }
    }

    // Null: somebody else has it by now.
    private static (Socket Udp, Socket Tcp)? TryBind(ushort port)
    {
        try
        {
            return Bind(port);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static (Socket Udp, Socket Tcp) BindPair()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return Bind(0);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < BindAttempts)
            {
                // Its number is another program's for TCP.
            }
        }
    }

    private static (Socket Udp, Socket Tcp) Bind(ushort port)
    {
        Socket udp = UdpFront.MakeSocket(new IPEndPoint(IPAddress.IPv6Any, port));
        var tcp = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        try
        {
            tcp.Bind(udp.LocalEndPoint!);
            tcp.Listen();
            return (udp, tcp);
        }
        catch (SocketException)
        {
            udp.Dispose();
            tcp.Dispose();
            throw;
        }
    }
}
