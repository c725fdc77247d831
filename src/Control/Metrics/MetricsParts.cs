using Exeat.Api;
using Exeat.Control.Alerts;
using Exeat.Control.Export;
using Exeat.Control.Flows;
using Exeat.Store;

namespace Exeat.Control.Metrics;

/// <summary>Which numbers of which part can be read.</summary>
internal static class MetricsParts
{
    public static void Add(IServiceCollection parts) => parts.AddSingleton(got =>
    {
        var metrics = new ControlMetrics();
        metrics.Labelled("exeat_control_info", "1; the version is the label.", "gauge", "version", () => [(Product.Version, 1)]);
        Register(metrics, got.GetRequiredService<Func<StoreStatus>>());
        Register(metrics, got.GetRequiredService<FlowDesk>());
        Register(metrics, got.GetRequiredService<AlertDesk>(), got.GetRequiredService<AlertChannels>(), got.GetRequiredService<AlertWatch>());
        Register(metrics, got.GetRequiredService<ForwardingTargets>(), got.GetRequiredService<Forwarder>());
        return metrics;
    });

    private static void Register(ControlMetrics metrics, Func<StoreStatus> store)
    {
        metrics.Counter("exeat_control_ingest_events_total", "Events taken from gateways.", () => store().Accepted);
        metrics.Counter("exeat_control_ingest_duplicates_total", "Events that came again, and were counted once.", () => store().Duplicates);
        metrics.Counter("exeat_control_ingest_refused_total", "Lines that were no events.", () => store().Refused);
        metrics.Counter("exeat_control_ingest_full_batches_total", "Batches refused for want of room; gateways keep them.", () => store().FullBatches);
        metrics.Gauge("exeat_control_store_bytes", "Bytes of the flow store's files.", () => store().Bytes);
        metrics.Gauge("exeat_control_store_events", "Events kept.", () => store().Events);
        metrics.Gauge("exeat_control_store_flows", "Flows kept.", () => store().Flows);
        metrics.Gauge("exeat_control_store_waiting_events", "Events that are durable but not yet Parquet.", () => store().Waiting);
        metrics.Gauge("exeat_control_store_lag_seconds", "How long the oldest event waits to be seen by queries.", () => store().Lag.TotalSeconds);
        metrics.Counter("exeat_control_store_retired_total", "Events that retention deleted.", () => store().Retired);
        metrics.Gauge("exeat_control_store_full", "1: the disk is full, nothing is taken.", () => store().IsFull ? 1 : 0);
        metrics.Gauge("exeat_control_store_failing", "1: conversion, compaction or retention failed last.", () => store().LastError is null ? 0 : 1);
        metrics.Counter("exeat_control_store_failed_merges_total", "Merges of small files that failed and were passed over.", () => store().FailedMerges);
        metrics.Counter("exeat_control_tail_lost_total", "Lines that slow readers of the live tail lost.", () => store().TailLost);
    }

    private static void Register(ControlMetrics metrics, FlowDesk flows)
    {
        metrics.Counter("exeat_control_queries_total", "Questions to the flow store by people.", () => flows.Asked);
        metrics.Counter("exeat_control_queries_refused_total", "Questions refused: wrong, too many, or too long.", () => flows.Refused);
        metrics.Gauge("exeat_control_queries_running", "Long questions that run.", () => flows.Running);
        metrics.Gauge("exeat_control_tails", "Readers of the live tail.", () => flows.Tails);
        metrics.Counter("exeat_control_exports_total", "Exports begun.", () => flows.Exports);
    }

    private static void Register(ControlMetrics metrics, AlertDesk desk, AlertChannels channels, AlertWatch watch)
    {
        metrics.Counter("exeat_control_alerts_raised_total", "Alerts raised.", () => desk.Counts.Raised);
        metrics.Counter("exeat_control_alerts_repeated_total", "Repetitions that were counted with an alert that was there.", () => desk.Counts.Repeated);
        metrics.Counter("exeat_control_alerts_unasked_total", "Records whose history was not looked up when they came, because too many came at once or the store could not answer.", () => watch.Unasked);
        metrics.Gauge("exeat_control_alerts_lag_seconds", "Age of the record that alerts looked at last, while there are more.", () => watch.LagSeconds);
        metrics.Labelled("exeat_control_alerts_open", "Conditions that hold, by event.", "gauge", "event", () => desk.OpenCounts().Select(one => (one.Event, (double)one.Count)));
        metrics.Labelled("exeat_control_alert_messages_sent_total", "Messages that arrived, by channel.", "counter", "channel", () => channels.List().Select(one => (one.Name, (double)(one.Sent ?? 0))));
        metrics.Labelled("exeat_control_alert_messages_failed_total", "Messages given up, by channel.", "counter", "channel", () => channels.List().Select(one => (one.Name, (double)(one.Failed ?? 0))));
        metrics.Labelled("exeat_control_alert_messages_suppressed_total", "Messages over the channel's rate.", "counter", "channel", () => channels.List().Select(one => (one.Name, (double)(one.Suppressed ?? 0))));
        metrics.Gauge("exeat_control_gateways", "Gateways that are enrolled.", () => watch.Gateways.Count);
        metrics.Labelled("exeat_control_gateway_up", "1: the gateway was heard of lately.", "gauge", "gateway", () => watch.Gateways.Select(one => (one.Id, watch.IsUp(one) ? 1.0 : 0)));
        metrics.Labelled("exeat_control_gateway_lag_seconds", "How long the gateway's oldest record that control does not have has waited.", "gauge", "gateway", () => watch.Gateways.Select(one => (one.Id, one.Lag?.TotalSeconds ?? 0)));
        metrics.Labelled("exeat_control_gateway_lost_total", "Records that the gateway lost.", "counter", "gateway", () => watch.Gateways.Select(one => (one.Id, (double)one.Lost)));
    }

    private static void Register(ControlMetrics metrics, ForwardingTargets targets, Forwarder forwarder)
    {
        metrics.Labelled("exeat_control_forwarding_sent_total", "Records that the target has.", "counter", "target", () => targets.List().Select(one => (one.Name, (double)(one.Sent ?? 0))));
        metrics.Labelled("exeat_control_forwarding_refused_total", "Records that the target refused for good.", "counter", "target", () => targets.List().Select(one => (one.Name, (double)(one.Failed ?? 0))));
        metrics.Labelled("exeat_control_forwarding_lag_seconds", "How long the oldest record that the target does not have has waited.", "gauge", "target", () => targets.List().Select(one => (one.Name, forwarder.LagSeconds(one.Name))));
        metrics.Labelled("exeat_control_forwarding_failing", "1: nothing gets through to the target.", "gauge", "target", () => targets.List().Select(one => (one.Name, one.FailingSince is null ? 0.0 : 1)));
    }
}
