using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Gateway.Reload;

/// <summary>What may change in the gateway document while the gateway runs, and what needs a restart.</summary>
internal static class GatewayChange
{
    private static readonly (string Key, Func<GatewayDocument, object?> Value)[] Fixed =
    [
        ("id", g => g.Id),
        ("state", g => g.State),
        ("journal.dir", g => g.Journal.Dir),
        ("markMask", g => g.MarkMask),
        ("management.socket", g => g.Management.Socket),
        ("management.metrics", g => g.Management.Metrics),
    ];

    /// <summary>The keys that cannot change; the whole document is refused for them, and its old values stay.</summary>
    public static ImmutableArray<Problem> NeedsRestart(string configPath, GatewayDocument inForce, GatewayDocument fresh) =>
    [
        .. from key in Fixed
           where !Equals(key.Value(inForce), key.Value(fresh))
           select new Problem(configPath, 0, 0, Severity.Error, $"{key.Key} cannot change while the gateway runs; all values in force stay", "restart the gateway, or write the old value"),
    ];

    /// <summary>Whether the resolver has to be made anew.</summary>
    public static bool NeedsResolver(GatewayDocument inForce, GatewayDocument fresh) =>
        !inForce.Dns.Intercept.SequenceEqual(fresh.Dns.Intercept) || !inForce.Dns.Upstream.SequenceEqual(fresh.Dns.Upstream)
        || inForce.Limits.DnsQuestionsPerSecond != fresh.Limits.DnsQuestionsPerSecond || inForce.Limits.DnsNamesPerHour != fresh.Limits.DnsNamesPerHour
        || inForce.Limits.DnsCacheEntries != fresh.Limits.DnsCacheEntries;
}
