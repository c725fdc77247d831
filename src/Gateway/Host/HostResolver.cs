using System.Net;
using Exeat.Gateway.Dns;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Host;

/// <summary>The policy resolver with its settings from the gateway document.</summary>
internal sealed class HostResolver : IAsyncDisposable
{
    private readonly PolicyResolver _resolver;

    private HostResolver(PolicyResolver resolver) => _resolver = resolver;

    /// <summary>The local port that stands for each intercepted address.</summary>
    public IReadOnlyList<(Address Intercept, ushort Port)> Listeners => _resolver.Listeners;

    /// <summary>What it did so far.</summary>
    public ResolverCounters Counters => _resolver.Counters;

    /// <summary>Answers it remembers.</summary>
    public int CacheEntries => _resolver.CacheEntries;

    /// <summary>Binds the ports; questions wait there until <see cref="RunAsync"/>.</summary>
    public static HostResolver Start(HostDocuments documents, HostKernel kernel, HostJudging path, TimeProvider time, ILogger log)
    {
        GatewayDocument gateway = documents.Gateway;
        var options = new ResolverOptions
        {
            Intercepts = gateway.Dns.Intercept,
            Upstreams = [.. gateway.Dns.Upstream.Select(u => new IPEndPoint(u.Address.ToIPAddress(), u.Port))],
            IsOwnAddress = kernel.Interfaces.IsOwnAddress,
            Limits = new ResolverLimits
            {
                QuestionsPerSecond = gateway.Limits.DnsQuestionsPerSecond,
                QuestionsBurst = gateway.Limits.DnsQuestionsPerSecond * 2,
                NamesPerWindow = gateway.Limits.DnsNamesPerHour,
                CacheEntries = gateway.Limits.DnsCacheEntries,
            },
        };
        var resolver = new PolicyResolver(options, () => path.Policies.Current, path.Bindings, path.Records, time, log);
        resolver.Start();
        return new HostResolver(resolver);
    }

    /// <summary>Answers until stopped.</summary>
    public Task RunAsync(CancellationToken stop) => _resolver.RunAsync(stop);

    /// <summary>Whether the ports are really read.</summary>
    public Task<bool> AnswersAsync(CancellationToken stop) => _resolver.AnswersAsync(stop);

    public ValueTask DisposeAsync() => _resolver.DisposeAsync();
}
