using Exeat.Policy;

namespace Exeat.Gateway.Dns;

/// <summary>Sizes, rates and waiting times of the resolver. Whatever is over a limit is refused and counted; other agents do not notice (I10).</summary>
public sealed record ResolverLimits
{
    // Places of one agent where the rate is not the default: those of the default, and half of all.
    internal const int LeastOutstanding = 200, MostOutstanding = 512, LeastQueued = 64;

    /// <summary>Questions per second of one agent. 100: a browser's page asks for about thirty names.</summary>
    public int QuestionsPerSecond { get; init; } = 100;

    /// <summary>Questions at once on top of the rate. 200: two pages.</summary>
    public int QuestionsBurst { get; init; } = 200;

    /// <summary>How long a question above the rate may wait for its turn, in the queue below. Half a second: clients ask again after one to five, and programs that look a name up for each connection wait instead of failing.</summary>
    public TimeSpan LongestTurn { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Questions of one agent that wait for an upstream. 200: as many as may come at once.</summary>
    public int OutstandingPerAgent { get; init; } = LeastOutstanding;

    /// <summary>Questions of one agent that wait for their turn, or for one of those places. 64: what comes above the rate within the longest turn, with a higher rate as many more.</summary>
    public int QueuedPerAgent { get; init; } = LeastQueued;

    /// <summary>How long a question may wait for a place. A second: clients ask again after one to five.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Questions of all agents that wait, for whatever it is. 1,024: some four KiB each, and those that wait for an upstream may hold a socket.</summary>
    public int Outstanding { get; init; } = 2 * MostOutstanding;

    /// <summary>With half of all places taken, who has so many gets no other: a few that flood leave the rest to those who ask little. 32: what a page asks for.</summary>
    public int LeastShare { get; init; } = 32;

    /// <summary>The window of the three quotas below.</summary>
    public TimeSpan QuotaWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Different names of one agent that may go upstream in a window: labels carry data out, below permitted wildcards too.</summary>
    public int NamesPerWindow { get; init; } = 5000;

    /// <summary>Different names below one registrable-looking zone in a window. 500: content networks use some dozens.</summary>
    public int NamesPerZone { get; init; } = 500;

    /// <summary>Bytes of all different names in a window. 128 KiB: 5,000 names of ordinary length.</summary>
    public int NameBytesPerWindow { get; init; } = 128 * 1024;

    /// <summary>Answers that are remembered for all agents.</summary>
    public int CacheEntries { get; init; } = 20_000;

    /// <summary>Longest time an answer is remembered, and longest TTL that agents see.</summary>
    public TimeSpan MaxTtl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest time the absence of a name or type is remembered. A minute: a name that is created now should soon be found.</summary>
    public TimeSpan MaxNegativeTtl { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Waiting time of one attempt. 2 s: clients give up after five.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Attempts at each upstream.</summary>
    public int AttemptsPerUpstream { get; init; } = 2;

    /// <summary>TCP connections of one agent.</summary>
    public int ConnectionsPerAgent { get; init; } = 16;

    /// <summary>TCP connections of all agents.</summary>
    public int Connections { get; init; } = 512;

    /// <summary>A TCP connection without a whole question for so long is closed (RFC 7766, 6.2.3: a few seconds).</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest UDP answer. 1,232: fits the smallest IPv6 path (dnsflagday.net 2020).</summary>
    public int UdpBytes { get; init; } = 1232;

    /// <summary>Those of a gateway document, and what follows from them.</summary>
    public static ResolverLimits Of(GatewayLimits limits)
    {
        var fixedOnes = new ResolverLimits();
        return fixedOnes with
        {
            QuestionsPerSecond = limits.DnsQuestionsPerSecond,
            QuestionsBurst = limits.DnsQuestionsPerSecond * 2,
            OutstandingPerAgent = Math.Clamp(limits.DnsQuestionsPerSecond * 2, LeastOutstanding, MostOutstanding),
            QueuedPerAgent = Math.Clamp((int)(limits.DnsQuestionsPerSecond * fixedOnes.LongestTurn.TotalSeconds), LeastQueued, MostOutstanding),
            NamesPerWindow = limits.DnsNamesPerHour,
            CacheEntries = limits.DnsCacheEntries,
        };
    }
}
