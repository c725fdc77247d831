using System.Collections.Concurrent;
using System.Globalization;
using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Linux;
using Exeat.Policy;

namespace Exeat.Gateway.Records;

/// <summary>What the kernel dropped by itself, beyond what is recorded one by one: read from named counters now and then, and written as counted records (I5).</summary>
internal sealed class KernelCounts(Nftables nftables, Locks locks, Attachments attachments, AgentRecords records, QueueLosses losses, Func<Snapshot> current, Func<DateTimeOffset> repeatsReadAt, TimeProvider time)
{
    // What found the queue full has no counter of the kernel's.
    private const string QueueFull = "queue_full";

    // What a gateway that was killed had not written: refusals that the kernel repeated from memory, and refusals that were counted in its own.
    private const string Repeated = "repeated_not_read", Waiting = "counts_not_written";

    private static readonly string[] Tables = [TrafficRuleset.Table, DropRuleset.Table];

    private static readonly (string Table, string Counter, Reason Reason)[] Known =
    [
        (TrafficRuleset.Table, "spoofed_over_limit", Reason.SpoofedSource),
        (TrafficRuleset.Table, TrafficRuleset.ForeignFragments, Reason.SpoofedSource),
        (TrafficRuleset.Table, "towards_over_limit", Reason.TowardsAgent),
        (TrafficRuleset.Table, "towards_from_elsewhere", Reason.TowardsAgent),
        (TrafficRuleset.Table, "towards_another_way", Reason.TowardsAgent),
        (TrafficRuleset.Table, "invalid", Reason.Malformed),
        (TrafficRuleset.Table, "related", Reason.ProtocolNotSupported),
        (TrafficRuleset.Table, TrafficRuleset.NotJudged, Reason.LimitReached),
        (TrafficRuleset.Table, "stale", Reason.StaleGeneration),
        (TrafficRuleset.Table, "dns_forwarded", Reason.DnsNotForwarded),
        (DropRuleset.Table, "intercepted_forwarded", Reason.DnsNotForwarded),
        (DropRuleset.Table, "unstamped_forward", Reason.DefaultDeny),
        (DropRuleset.Table, "unstamped_input", Reason.GatewayItself),
        (DropRuleset.Table, "unstamped_output", Reason.TowardsAgent),
    ];

    // Flows; the others count packets of flows that exist, or no flows at all.
    private static readonly string[] OfFlows = [TrafficRuleset.NewFlows, TrafficRuleset.DnsFlows];

    private readonly Lock _gate = new();
    private DateTimeOffset _readAt = time.GetUtcNow();
    private readonly Dictionary<string, Dictionary<string, long>> _seen = Tables.ToDictionary(table => table, _ => new Dictionary<string, long>(StringComparer.Ordinal));
    private readonly ConcurrentDictionary<string, long> _totals = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _overLimit = new(StringComparer.Ordinal);

    /// <summary>Packets dropped since the start, by the counter's name. From any thread.</summary>
    public IEnumerable<(string Labels, long Value)> Totals() => _totals.Select(pair => ($"counter=\"{pair.Key}\"", pair.Value));

    /// <summary>New flows that the kernel dropped because their agent was over its rate. From any thread.</summary>
    public IEnumerable<(string Agent, long Value)> OverLimit() => _overLimit.Select(pair => (pair.Key, pair.Value));

    /// <summary>As <see cref="Record"/>, and what the queue lost as well: for that the verdict thread has to come round to an empty queue.</summary>
    public async Task RecordAsync(PacketQueue queue, VerdictLoop loop, CancellationToken stop)
    {
        (int table, long before) = (locks.Loads, queue.Received);
        if (Record() is not { } handed || table != locks.Loads) return;
        Told(QueueFull, losses.Take(table, before, handed, await loop.DrainedAsync(stop).ConfigureAwait(false)), Reason.LimitReached, null);
    }

    /// <summary>Writes what an earlier gateway left without a record: packets that met no gateway, refusals that the kernel repeated, and counts that waited for their line.</summary>
    public void RecordLeft(long notJudged, long repeated, long waiting)
    {
        lock (_gate)
        {
            Told(TrafficRuleset.NotJudged, notJudged, Reason.LimitReached, null);
            Told(Repeated, repeated, Reason.LimitReached, null);
            Told(Waiting, waiting, Reason.LimitReached, null);
        }
    }

    /// <summary>Surrounds a load of tables: what they counted is recorded before they count from nothing. When another tool has deleted one, its last counts are gone, and the journal says so.</summary>
    public void Renew(Action load)
    {
        lock (_gate)
        {
            IReadOnlyDictionary<string, (ulong Packets, ulong Bytes)>?[] last = [.. Tables.Select(Read)];
            (int loads, int drops) = (locks.Loads, locks.DropLoads);
            try
            {
                load();
            }
            finally
            {
                for (int i = 0; i < last.Length; i++)
                    if (last[i] is { } counters) Take(Tables[i], counters);
                if (locks.Loads != loads) _seen[TrafficRuleset.Table].Clear();
                if (locks.DropLoads != drops) _seen[DropRuleset.Table].Clear();
                if (last.Contains(null)) records.TellLostCounts(string.Create(CultureInfo.InvariantCulture, $"another tool deleted a table of ours: what the kernel had counted by itself is not known of repeated refusals since {repeatsReadAt().UtcDateTime:O}, of other drops since {_readAt.UtcDateTime:O}"));
            }
        }
    }

    /// <summary>Writes what was dropped since the last call. A table that somebody flushed just now counts from zero again. Returns how many packets were handed to the queue.</summary>
    public long? Record()
    {
        lock (_gate)
        {
            long? handed = null;
            DateTimeOffset now = time.GetUtcNow();
            bool all = true;
            foreach (string table in Tables)
            {
                if (Read(table) is not { } counters)
                {
                    all = false;
                    continue;
                }
                Take(table, counters);
                if (table == TrafficRuleset.Table && counters.TryGetValue(TrafficRuleset.Asked, out var asked) && counters.TryGetValue(TrafficRuleset.NotJudged, out var lonely))
                    handed = (long)asked.Packets - (long)lonely.Packets;
            }
            if (all) _readAt = now;
            return handed;
        }
    }

    private void Take(string table, IReadOnlyDictionary<string, (ulong Packets, ulong Bytes)> counters)
    {
        foreach ((string _, string counter, Reason reason) in Known.Where(known => known.Table == table)) Take(table, counters, counter, counter, reason, null);
        if (table != TrafficRuleset.Table) return;
        foreach ((string agent, int number) in attachments.Numbers)
        {
            foreach (string name in TrafficRuleset.PerAgent) Take(table, counters, $"{name}_over_{number}", name + "_over_limit", Reason.LimitReached, agent, OfFlows.Contains(name));
        }
    }

    private void Take(string table, IReadOnlyDictionary<string, (ulong Packets, ulong Bytes)> counters, string counter, string name, Reason reason, string? agent, bool isOfFlows = false)
    {
        Dictionary<string, long> seen = _seen[table];
        if (!counters.TryGetValue(counter, out (ulong Packets, ulong Bytes) now)) return;
        long packets = (long)now.Packets, before = seen.GetValueOrDefault(counter);
        seen[counter] = packets;
        long fresh = packets >= before ? packets - before : packets;
        if (agent is not null && isOfFlows && fresh > 0) _overLimit.AddOrUpdate(agent, fresh, (_, total) => total + fresh);
        Told(name, fresh, reason, agent);
    }

    private void Told(string name, long fresh, Reason reason, string? agent)
    {
        _totals.AddOrUpdate(name, fresh, (_, total) => total + fresh);
        if (fresh > 0) Append(name, reason, agent, fresh);
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

    private void Append(string counter, Reason reason, string? agentId, long count)
    {
        Snapshot snapshot = current();
        int agent = agentId is null ? -1 : snapshot.Policy.FindAgent(agentId);
        Guid flow = Guid.CreateVersion7();
        Span<byte> denial = stackalloc byte[DenialId.Length];
        DenialId.Write(flow, denial);
        // Committed by itself: what the verdict thread has not yet committed stays that thread's to ask for.
        records.Record(new FlowDraft
        {
            Flow = flow,
            Kind = FlowEventKind.Counted,
            AgentId = agentId,
            AgentClass = agent >= 0 ? snapshot.Policy.Agents[agent].Class : null,
            Labels = snapshot.LabelsOf(agent),
            RuleName = snapshot.Policy.RuleName(0),
            Reason = reason,
            Verdict = Verdict.Deny,
            Stage = Stage.FirstPacket,
            Enforced = true,
            Mode = snapshot.ModeOf(agent),
            Denial = denial,
            PolicyVersion = snapshot.Version,
            AgentsHash = snapshot.AgentsHash,
            Generation = (uint)snapshot.Generation,
            End = counter,
            Count = count,
        }, out _);
    }
}
