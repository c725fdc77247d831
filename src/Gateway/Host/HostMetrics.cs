using Exeat.Gateway.Dns;
using Exeat.Gateway.Records;

namespace Exeat.Gateway.Host;

/// <summary>Which numbers of which part the management side can read (docs/limits.md lists them beside their limits).</summary>
internal static class HostMetrics
{
    /// <summary>Journal, data path and resolver.</summary>
    public static void Register(GatewayMetrics metrics, HostJudging path, HostResolver resolver)
    {
        metrics.Gauge("exeat_flows", "Flows that live.", () => path.Table.Count);
        metrics.Gauge("exeat_flows_pending", "Flows that wait for their hello or for the server's answer to it.", () => path.Table.Pending);
        metrics.Counter("exeat_flows_refused_total", "New flows, and first bytes of flows, that found the table or their agent's share of it full.", () => path.Table.Refusals);
        metrics.Gauge("exeat_denials_remembered", "Refusals that the kernel may repeat by itself, or whose repetitions are counted.", () => path.Denials.Count);
        metrics.Counter("exeat_denials_repeated_total", "First packets that the kernel refused from memory.", () => path.Denials.Hits);
        metrics.Counter("exeat_denials_forgotten_total", "Times that the kernel's memory of refusals was emptied for a new binding.", () => path.Denials.Flushes);
        metrics.Gauge("exeat_held_bytes", "Bytes of buffers for client bytes that are not yet judged, or that the server does not have yet.", () => path.Table.HeldBytes);
        metrics.Gauge("exeat_held_datagrams", "Datagrams that wait in the kernel's queue for the rest of their hello.", () => path.Held.Count);
        metrics.Gauge("exeat_bindings", "Names bound to addresses.", () => path.Bindings.Count);
        metrics.Counter("exeat_packets_judged_total", "Packets that came to user space and were answered.", () => path.Loop.Judged);
        metrics.Counter("exeat_queue_overruns_total", "Packets that the kernel dropped because its queue had no room for more.", () => path.Losses.Total);
        metrics.Counter("exeat_resets_sent_total", "TCP resets sent in the name of one end to the other.", () => path.Resets.Sent);
        metrics.Gauge("exeat_journal_bytes", "Bytes of all journal segments.", () => path.Journal.Bytes);
        metrics.Gauge("exeat_journal_writable", "1 while the disk takes records; 0: nothing new is let through.", () => path.Journal.IsWritable ? 1 : 0);
        metrics.Counter("exeat_journal_events_total", "Events numbered.", () => path.Journal.Events);
        metrics.Counter("exeat_journal_refused_total", "Events that the disk refused, or that were withdrawn for it.", () => path.Journal.Refusals);
        metrics.Counter("exeat_journal_syncs_total", "Times that the disk was told to keep what it has.", () => path.Journal.Syncs);
        metrics.Counter("exeat_records_counted_total", "Refusals that were counted instead of written one by one.", () => path.Records.Counted);
        metrics.Counter("exeat_records_exhausted_total", "Permits that did not happen because the agent's share of the journal was used up.", () => path.Records.Exhausted);
        metrics.PerAgent("exeat_journal_share_bytes", "What is left of the agent's share of the journal.", MetricKind.Gauge, path.Records.BytesLeft);
        Register(metrics, () => resolver.Counters);
        metrics.Gauge("exeat_dns_cache_entries", "Answers that the resolver remembers.", () => resolver.CacheEntries);
    }

    /// <summary>What the kernel dropped by itself.</summary>
    public static void Register(GatewayMetrics metrics, KernelCounts counts)
    {
        metrics.PerAgent("exeat_flows_over_limit_total", "New flows that the kernel dropped because the agent was over its rate.", MetricKind.Counter, counts.OverLimit);
        metrics.Labelled("exeat_kernel_dropped_packets_total", "Packets that the kernel dropped without asking, by the counter of the rule.", MetricKind.Counter, counts.Totals);
    }

    // Asked each time: another resolver may have taken its place, and counts from zero.
    private static void Register(GatewayMetrics metrics, Func<ResolverCounters> dns)
    {
        metrics.Counter("exeat_dns_questions_total", "Packets that agents sent to the resolver.", () => dns().Questions);
        metrics.Counter("exeat_dns_refused_total", "Questions refused by policy, type or quota.", () => dns().Refused);
        metrics.Counter("exeat_dns_malformed_total", "Packets that were no question.", () => dns().Malformed);
        metrics.Counter("exeat_dns_over_limit_total", "Questions refused because of a rate or a full table.", () => dns().OverLimit);
        metrics.Counter("exeat_dns_cache_hits_total", "Questions answered from memory.", () => dns().CacheHits);
        metrics.Counter("exeat_dns_forwarded_total", "Questions that went upstream, or waited for the answer to the same question of another.", () => dns().Forwarded);
        metrics.Counter("exeat_dns_upstream_failed_total", "Questions that no upstream answered.", () => dns().UpstreamFailed);
        metrics.Counter("exeat_dns_ignored_packets_total", "Packets from an upstream's address that answered nothing we asked.", () => dns().IgnoredPackets);
        metrics.Counter("exeat_dns_truncated_total", "Answers that did not fit a datagram, so that the client asks again over TCP.", () => dns().Truncated);
        metrics.Counter("exeat_dns_stripped_addresses_total", "Addresses taken out of answers.", () => dns().Stripped);
    }
}
