using System.Collections.Concurrent;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Gateway.Records;

/// <summary>The one way of decisions into the journal: each agent writes into its own share, repeated refusals become counts, and nothing is lost in silence (I5). Thread-safe.</summary>
internal sealed class AgentRecords(Journal journal, RecordLimits limits, VerdictCounters verdicts, TimeProvider time) : IFlowSink
{
    private readonly ConcurrentDictionary<string, RecordShare> _shares = new(StringComparer.Ordinal);
    private long _counted, _exhausted, _waiting;

    /// <summary>False while the disk refuses.</summary>
    public bool IsWritable => journal.IsWritable;

    /// <summary>Refusals that were counted instead of written one by one.</summary>
    public long Counted => Volatile.Read(ref _counted);

    /// <summary>Of these, how many are not in the journal yet. From any thread.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>Permits that did not happen because the agent's share was used up.</summary>
    public long Exhausted => Volatile.Read(ref _exhausted);

    /// <summary>What every agent that was seen has left.</summary>
    public IEnumerable<(string Agent, long Bytes)> BytesLeft() => _shares.Where(pair => pair.Key.Length > 0).Select(pair => (pair.Key, pair.Value.BytesLeft));

    /// <summary>Appends; what must not take effect without its record waits for <see cref="Commit"/>. False: a permit must not happen.</summary>
    public bool Append(in FlowDraft draft) => Write(draft, durable: false, out _);

    /// <summary>As the other overload; says under which flow a refusal stands.</summary>
    public bool Append(in FlowDraft draft, out Guid told) => Write(draft, durable: false, out told);

    /// <summary>Records that a refusal came so many times again without being asked about.</summary>
    public void Repeat(DenialTally refusal, long count) => Write(refusal.Line(count, stackalloc byte[DenialId.Length]), durable: true, out _);

    /// <summary>Notes in the journal that counts were lost, and why.</summary>
    public void TellLostCounts(string why) => journal.TellLostCounts(why);

    /// <summary>Writes all that was appended. False: permits among it must not take effect.</summary>
    public bool Commit() => journal.Commit();

    /// <inheritdoc/>
    public bool Record(in FlowDraft draft, out Guid told) => Write(draft, durable: true, out told);

    /// <summary>Writes the counts that are due. To be called every second or so; <paramref name="all"/> at the end.</summary>
    public void Flush(bool all = false)
    {
        List<(DenialTally Tally, long Count)> due = [];
        foreach (RecordShare share in _shares.Values)
        {
            due.Clear();
            share.TakeDue(due, all);
            foreach ((DenialTally tally, long count) in due)
            {
                if (tally.Write(journal, count, durable: true, out int bytes))
                {
                    share.Charge(bytes);
                    Interlocked.Add(ref _waiting, -count);
                }
                else
                {
                    share.PutBack(tally, count);
                }
            }
        }
    }

    private bool Write(in FlowDraft draft, bool durable, out Guid told)
    {
        told = draft.Flow;
        RecordShare share = ShareOf(draft.AgentId);
        if (draft.Kind is FlowEventKind.End or FlowEventKind.Update) return Put(share, draft, durable);
        bool grants = draft.Verdict != Verdict.Deny || !draft.Enforced;
        if (!grants) return Refusal(share, draft, durable, out told);
        if (!share.MayGrant)
        {
            Interlocked.Increment(ref _exhausted);
            Refusal(share, draft with { Verdict = Verdict.Deny, Reason = Reason.LimitReached, Enforced = true }, durable, out told);
            return false;
        }
        verdicts.Add(draft.Verdict, draft.Enforced, draft.Reason);
        return Put(share, draft, durable);
    }

    private bool Refusal(RecordShare share, in FlowDraft draft, bool durable, out Guid told)
    {
        verdicts.Add(Verdict.Deny, draft.Enforced, draft.Reason, Math.Max(1, draft.Count));
        DenialTally? tally = share.Take(draft, out bool isFirst, out told);
        if (tally is null) return Put(share, draft, durable);
        Interlocked.Increment(ref _counted);
        Interlocked.Add(ref _waiting, Math.Max(1, draft.Count));
        // The first of its kind stands in the journal at once: only how often it came again may wait.
        if (!isFirst) return true;
        if (tally.Write(journal, 1, durable, out int bytes))
        {
            share.Charge(bytes);
            Interlocked.Decrement(ref _waiting);
        }
        else
        {
            share.PutBack(tally, 1);
        }
        return true;
    }

    private bool Put(RecordShare share, in FlowDraft draft, bool durable)
    {
        bool written = durable ? journal.AppendDurably(draft, out int bytes) : journal.Append(draft, out bytes);
        share.Charge(bytes);
        return written;
    }

    private RecordShare ShareOf(string? agent) =>
        _shares.TryGetValue(agent ?? "", out RecordShare? share) ? share : _shares.GetOrAdd(agent ?? "", _ => new RecordShare(limits, time));
}
