using System.Net;
using Exeat.Gateway.Dns;
using Exeat.Gateway.Judging;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Host;

/// <summary>The policy resolver with its settings from the gateway document. When these change, a new one takes its place, and the old one finishes what it was asked.</summary>
internal sealed class HostResolver(HostKernel kernel, HostJudging judging, HostParts parts, TimeProvider time, ILogger log) : IAsyncDisposable
{
    // Longer than an answer takes with every upstream tried in vain.
    private static readonly TimeSpan Finish = TimeSpan.FromSeconds(15);

    private readonly List<Task> _ends = [];
    private Running? _current;
    private Running? _old;

    /// <summary>The local port that stands for each intercepted address.</summary>
    public IReadOnlyList<(Address Intercept, ushort Port)> Listeners => _current?.Resolver.Listeners ?? [];

    /// <summary>What it did so far.</summary>
    public ResolverCounters Counters => _current!.Resolver.Counters;

    /// <summary>Answers it remembers.</summary>
    public int CacheEntries => _current!.Resolver.CacheEntries;

    /// <summary>Binds the ports; questions wait there until <see cref="Run"/>.</summary>
    public void Start(GatewayDocument gateway)
    {
        PolicyResolver resolver = Make(gateway);
        var kept = new ResolverPorts(gateway.State);
        try
        {
            kept.Write(resolver.Start(kept.Read()));
        }
        catch
        {
            resolver.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
        _current = new Running(resolver, CancellationTokenSource.CreateLinkedTokenSource(parts.Stopping));
    }

    /// <summary>Answers until stopped.</summary>
    public void Run() => _ends.Add(RunAsync(_current!));

    /// <summary>Whether the ports are really read.</summary>
    public Task<bool> AnswersAsync(CancellationToken stop) => _current!.Resolver.AnswersAsync(stop);

    /// <summary>Starts a resolver with new settings beside the one that runs, which goes on until <see cref="Retire"/>.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">There is no port for it.</exception>
    public void Replace(GatewayDocument gateway)
    {
        Running? old = _current;
        Start(gateway);
        // A change that failed half-way leaves one behind.
        Retire();
        _old = old;
        Run();
    }

    /// <summary>Lets the replaced resolver finish what it was asked: the kernel sends it no new questions any more.</summary>
    public void Retire()
    {
        if (_old is null) return;
        _old.Stop.CancelAfter(Finish);
        _old = null;
        ForgetOtherPorts(unanswered: false);
    }

    /// <summary>Who asks from one socket again and again would go on asking a port that nobody reads: the kernel chose it with the first question.</summary>
    /// <param name="unanswered">Also where nothing was answered yet: what is under way is lost with it.</param>
    public void ForgetOtherPorts(bool unanswered)
    {
        HashSet<ushort> ports = [.. Listeners.Select(l => l.Port)];
        kernel.Conntrack.Dump(0, 0, (in ConntrackEvent entry) =>
        {
            if (entry.Original is { Protocol: FlowKey.Udp, DestinationPort: ResolverAttempt.Port } && kernel.IsOurs(entry.Original.Zone) && entry.IsRedirected && (unanswered || entry.HasReply) && !ports.Contains(entry.Reply.SourcePort)) kernel.Conntrack.Delete(entry.Original, entry.Id);
        });
    }

    /// <summary>Waits for all of them; to be called after the stop.</summary>
    public Task JoinAsync() => Task.WhenAll(_ends);

    public async ValueTask DisposeAsync()
    {
        if (_current is { } current && _ends.Count == 0) await current.Resolver.DisposeAsync();
    }

    private async Task RunAsync(Running running)
    {
        await parts.GuardAsync("resolver", running.Resolver.RunAsync(running.Stop.Token)).ConfigureAwait(false);
        await running.Resolver.DisposeAsync().ConfigureAwait(false);
        running.Stop.Dispose();
        if (parts.Stopping.IsCancellationRequested) return;
        try
        {
            ForgetOtherPorts(unanswered: true);
        }
        catch (KernelException refused)
        {
            log.Warned($"{refused.Message}: programs that ask from one socket hear nothing until they are silent for some time");
        }
    }

    private PolicyResolver Make(GatewayDocument gateway)
    {
        var options = new ResolverOptions
        {
            Intercepts = gateway.Dns.Intercept,
            Upstreams = [.. gateway.Dns.Upstream.Select(u => new IPEndPoint(u.Address.ToIPAddress(), u.Port))],
            IsOwnAddress = kernel.Interfaces.IsOwnAddress,
            Limits = ResolverLimits.Of(gateway.Limits),
        };
        return new PolicyResolver(options, () => judging.Policies.Current, judging.Bindings, judging.Records, time, log);
    }

    private sealed record Running(PolicyResolver Resolver, CancellationTokenSource Stop);
}
