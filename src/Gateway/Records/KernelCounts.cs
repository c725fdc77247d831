using Exeat.Flows;
using Exeat.Gateway.Kernel;
using Exeat.Linux;
using Exeat.Policy;

namespace Exeat.Gateway.Records;

/// <summary>What the kernel dropped by itself, beyond what is recorded one by one: read from named counters now and then, and written as counted records (I5).</summary>
internal sealed class KernelCounts(Nftables nftables, Journal journal, Func<Snapshot> current)
{
    private static readonly (string Table, string Counter, Reason Reason)[] Known =
    [
        (TrafficRuleset.Table, "spoofed_over_limit", Reason.SpoofedSource),
        (TrafficRuleset.Table, "towards_over_limit", Reason.TowardsAgent),
        (TrafficRuleset.Table, "new_flows_over_limit", Reason.LimitReached),
        (TrafficRuleset.Table, "invalid", Reason.Malformed),
        (TrafficRuleset.Table, "related", Reason.ProtocolNotSupported),
        (TrafficRuleset.Table, "not_judged", Reason.LimitReached),
        (TrafficRuleset.Table, "stale", Reason.StaleGeneration),
        (TrafficRuleset.Table, "dns_forwarded", Reason.DnsNotForwarded),
        (DropRuleset.Table, "intercepted_forwarded", Reason.DnsNotForwarded),
        (DropRuleset.Table, "unstamped_forward", Reason.DefaultDeny),
        (DropRuleset.Table, "unstamped_input", Reason.GatewayItself),
    ];

    private readonly long[] _seen = new long[Known.Length];
    private readonly long[] _totals = new long[Known.Length];

    /// <summary>Packets dropped since the start, by the counter's name. From any thread.</summary>
    public IEnumerable<(string Labels, long Value)> Totals() => Known.Select((known, i) => ($"counter=\"{known.Counter}\"", Volatile.Read(ref _totals[i])));

    /// <summary>Writes what was dropped since the last call. A table that somebody flushed just now counts from zero again.</summary>
    public void Record()
    {
        foreach (string table in (ReadOnlySpan<string>)[TrafficRuleset.Table, DropRuleset.Table])
        {
            if (Read(table) is not { } counters) continue;
            for (int i = 0; i < Known.Length; i++)
            {
                if (Known[i].Table != table || !counters.TryGetValue(Known[i].Counter, out (ulong Packets, ulong Bytes) now)) continue;
                long packets = (long)now.Packets;
                long fresh = packets >= _seen[i] ? packets - _seen[i] : packets;
                _seen[i] = packets;
                Interlocked.Add(ref _totals[i], fresh);
                if (fresh > 0) Append(Known[i].Counter, Known[i].Reason, fresh);
            }
        }
    }

    private IReadOnlyDictionary<string, (ulong Packets, ulong Bytes)>? Read(string table)
    {
        try
        {
            return nftables.Counters(table);
        }
        catch (KernelException)
        {
            // Gone for a moment: the watch puts it back.
            return null;
        }
    }

    private void Append(string counter, Reason reason, long count)
    {
        Snapshot snapshot = current();
        // Committed by itself: what the verdict thread has not yet committed stays that thread's to ask for.
        journal.AppendDurably(new FlowDraft
        {
            Flow = Guid.CreateVersion7(),
            Kind = FlowEventKind.Counted,
            RuleName = snapshot.Policy.RuleName(0),
            Reason = reason,
            Verdict = Verdict.Deny,
            Stage = Stage.FirstPacket,
            Enforced = true,
            Mode = Mode.Enforce,
            PolicyVersion = snapshot.Version,
            AgentsHash = snapshot.AgentsHash,
            Generation = (uint)snapshot.Generation,
            End = counter,
            Count = count,
        });
    }
}
