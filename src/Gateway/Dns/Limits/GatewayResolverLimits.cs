using Exeat.Policy;

namespace Exeat.Gateway.Dns;

/// <summary>The resolver's limits as the gateway document states them; what it does not state keeps its default.</summary>
internal static class GatewayResolverLimits
{
    public static ResolverLimits ToResolverLimits(this GatewayLimits limits) => new()
    {
        QuestionsPerSecond = limits.DnsQuestionsPerSecond,
        QuestionsBurst = 2 * limits.DnsQuestionsPerSecond,
        QuotaWindow = TimeSpan.FromHours(1),
        NamesPerWindow = limits.DnsNamesPerHour,
        CacheEntries = limits.DnsCacheEntries,
    };
}
