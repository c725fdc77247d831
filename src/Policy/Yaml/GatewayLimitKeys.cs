using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>The keys of <c>limits</c> with their ranges. Upper ends keep a typing error from taking all memory; lower ends keep honest clients alive.</summary>
internal static class GatewayLimitKeys
{
    public static readonly ImmutableArray<(string Key, int Min, int Max, Func<GatewayLimits, int, GatewayLimits> With, Func<GatewayLimits, int> Of)> All =
    [
        ("newFlowsPerSecond", 1, 100_000, (limits, value) => limits with { NewFlowsPerSecond = value }, limits => limits.NewFlowsPerSecond),
        ("newFlowsBurst", 1, 100_000, (limits, value) => limits with { NewFlowsBurst = value }, limits => limits.NewFlowsBurst),
        ("pendingFlows", 1, 1_000_000, (limits, value) => limits with { PendingFlows = value }, limits => limits.PendingFlows),
        ("helloBytes", 512, 64 * 1024, (limits, value) => limits with { HelloBytes = value }, limits => limits.HelloBytes),
        ("heldBytes", 64 * 1024, 1 << 30, (limits, value) => limits with { HeldBytes = value }, limits => limits.HeldBytes),
        ("requestBytes", 64 * 1024, 256 * 1024, (limits, value) => limits with { RequestBytes = value }, limits => limits.RequestBytes),
        ("pendingPacketsPerSecond", 100, 1_000_000, (limits, value) => limits with { PendingPacketsPerSecond = value }, limits => limits.PendingPacketsPerSecond),
        ("helloMilliseconds", 100, 120_000, (limits, value) => limits with { HelloMilliseconds = value }, limits => limits.HelloMilliseconds),
        ("connections", 1, 10_000_000, (limits, value) => limits with { Connections = value }, limits => limits.Connections),
        ("bindings", 1, 1_000_000, (limits, value) => limits with { Bindings = value }, limits => limits.Bindings),
        ("addressesPerName", 1, 1024, (limits, value) => limits with { AddressesPerName = value }, limits => limits.AddressesPerName),
        ("bindingSeconds", 1, 86_400, (limits, value) => limits with { BindingSeconds = value }, limits => limits.BindingSeconds),
        ("dnsQuestionsPerSecond", 1, 100_000, (limits, value) => limits with { DnsQuestionsPerSecond = value }, limits => limits.DnsQuestionsPerSecond),
        ("dnsNamesPerHour", 1, 10_000_000, (limits, value) => limits with { DnsNamesPerHour = value }, limits => limits.DnsNamesPerHour),
        ("denialsPerSecond", 1, 100_000, (limits, value) => limits with { DenialsPerSecond = value }, limits => limits.DenialsPerSecond),
        ("denialsBurst", 1, 1_000_000, (limits, value) => limits with { DenialsBurst = value }, limits => limits.DenialsBurst),
        ("dnsCacheEntries", 0, 10_000_000, (limits, value) => limits with { DnsCacheEntries = value }, limits => limits.DnsCacheEntries),
    ];
}
