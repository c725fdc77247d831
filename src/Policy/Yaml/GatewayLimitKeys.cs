using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>The keys of <c>limits</c> with their ranges. Upper ends keep a typing error from taking all memory; lower ends keep honest clients alive.</summary>
internal static class GatewayLimitKeys
{
    public static readonly ImmutableArray<(string Key, int Min, int Max, Func<GatewayLimits, int, GatewayLimits> With)> All =
    [
        ("newFlowsPerSecond", 1, 100_000, (limits, value) => limits with { NewFlowsPerSecond = value }),
        ("newFlowsBurst", 1, 100_000, (limits, value) => limits with { NewFlowsBurst = value }),
        ("pendingFlows", 1, 1_000_000, (limits, value) => limits with { PendingFlows = value }),
        ("helloBytes", 512, 64 * 1024, (limits, value) => limits with { HelloBytes = value }),
        ("heldBytes", 64 * 1024, 1 << 30, (limits, value) => limits with { HeldBytes = value }),
        ("requestBytes", 64 * 1024, 256 * 1024, (limits, value) => limits with { RequestBytes = value }),
        ("pendingPacketsPerSecond", 100, 1_000_000, (limits, value) => limits with { PendingPacketsPerSecond = value }),
        ("helloMilliseconds", 100, 120_000, (limits, value) => limits with { HelloMilliseconds = value }),
        ("connections", 1, 10_000_000, (limits, value) => limits with { Connections = value }),
        ("bindings", 1, 1_000_000, (limits, value) => limits with { Bindings = value }),
        ("addressesPerName", 1, 1024, (limits, value) => limits with { AddressesPerName = value }),
        ("bindingSeconds", 1, 86_400, (limits, value) => limits with { BindingSeconds = value }),
        ("dnsQuestionsPerSecond", 1, 100_000, (limits, value) => limits with { DnsQuestionsPerSecond = value }),
        ("dnsNamesPerHour", 1, 10_000_000, (limits, value) => limits with { DnsNamesPerHour = value }),
        ("denialsPerSecond", 1, 100_000, (limits, value) => limits with { DenialsPerSecond = value }),
        ("denialsBurst", 1, 1_000_000, (limits, value) => limits with { DenialsBurst = value }),
        ("dnsCacheEntries", 0, 10_000_000, (limits, value) => limits with { DnsCacheEntries = value }),
    ];
}
