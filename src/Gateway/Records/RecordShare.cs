using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Gateway.Records;

/// <summary>One agent's share of the journal: its bytes, its rate of single refusals, and what is being counted instead. Its lock guards all of it.</summary>
/// <remarks>
/// <code>
///   share left   refusals                                            permits
///   ≥ ½          one record each, up to a rate; beyond it counted    yes
///   &lt; ½          counted by destination, name, rule and reason       yes
///   none         counted by rule and reason, a line a minute each    no: limit-reached
/// </code>
/// </remarks>
internal sealed class RecordShare
{
    private readonly Lock _gate = new();
    private readonly RecordLimits _limits;
    private readonly TimeProvider _time;
    private readonly Dictionary<DenialKey, DenialTally> _tallies = [];
    private readonly Stack<DenialTally> _free = new();
    private double _bytes;
    private double _singles;
    private long _filled;
    private long _flushed;

    public RecordShare(RecordLimits limits, TimeProvider time)
    {
        (_limits, _time) = (limits, time);
        (_bytes, _singles) = (limits.ShareBytes, limits.DenialsBurst);
        _filled = _flushed = time.GetTimestamp();
    }

    /// <summary>Bytes that are left now; below 0 the agent is in debt for ends of flows.</summary>
    public long BytesLeft
    {
        get
        {
            lock (_gate)
            {
                Fill();
                return (long)_bytes;
            }
        }
    }

    /// <summary>Whether a permit may be recorded.</summary>
    public bool MayGrant
    {
        get
        {
            lock (_gate)
            {
                Fill();
                return _bytes > 0;
            }
        }
    }

    /// <summary>Books what was written. Ends of flows are always written: the debt is bounded by the flows that live.</summary>
    public void Charge(int bytes)
    {
        lock (_gate) _bytes = Math.Max(_bytes - bytes, -_limits.ShareBytes);
    }

    /// <summary>Takes a refusal. Null: it shall have a record of its own. Otherwise it was counted, and <paramref name="isFirst"/> asks for a line at once.</summary>
    public DenialTally? Take(in FlowDraft draft, out bool isFirst, out Guid told)
    {
        lock (_gate)
        {
            Fill();
            isFirst = false;
            told = draft.Flow;
            bool low = _bytes < _limits.ShareBytes / 2.0;
            if (!low && draft.Kind == FlowEventKind.Counted) return null;
            if (!low && draft.Log != RuleLog.Counted && _singles >= 1)
            {
                _singles--;
                return null;
            }
            DenialTally tally = TallyOf(draft, out isFirst);
            tally.Waiting += Math.Max(1, draft.Count) - (isFirst ? 1 : 0);
            tally.Idle = 0;
            told = tally.Flow;
            return tally;
        }
    }

    /// <summary>The tallies that are due for a line, each with its count; others that had nothing since the last time are let go.</summary>
    public void TakeDue(List<(DenialTally Tally, long Count)> due, bool all)
    {
        lock (_gate)
        {
            Fill();
            TimeSpan every = _bytes > 0 ? _limits.FlushEvery : _limits.FlushExhaustedEvery;
            if (!all && _time.GetElapsedTime(_flushed) < every) return;
            _flushed = _time.GetTimestamp();
            foreach ((DenialKey key, DenialTally tally) in _tallies)
            {
                if (tally.Waiting > 0)
                {
                    due.Add((tally, tally.Waiting));
                    (tally.Waiting, tally.Idle) = (0, 0);
                }
                else if (++tally.Idle > 1)
                {
                    _tallies.Remove(key);
                    _free.Push(tally);
                }
            }
        }
    }

    /// <summary>Puts a count back that could not be written.</summary>
    public void PutBack(DenialTally tally, long count)
    {
        lock (_gate) tally.Waiting += count;
    }

    private DenialTally TallyOf(in FlowDraft draft, out bool isFirst)
    {
        DenialKey key = _bytes > 0 ? DenialKey.Of(draft) : DenialKey.Coarse(draft);
        if (Find(key, out isFirst) is { } found) return found;
        if (!key.IsCoarse && _tallies.Count >= _limits.Tallies)
        {
            key = DenialKey.Coarse(draft);
            if (Find(key, out isFirst) is { } coarse) return coarse;
        }
        // Many rules: one count by reason is left, of which there are few.
        if (_tallies.Count >= 2 * _limits.Tallies)
        {
            key = key with { Rule = null };
            if (Find(key, out isFirst) is { } any) return any;
        }
        DenialTally tally = _free.Count > 0 ? _free.Pop() : new DenialTally();
        tally.Begin(key, draft);
        _tallies.Add(key, tally);
        isFirst = true;
        return tally;
    }

    private DenialTally? Find(in DenialKey key, out bool isFirst)
    {
        isFirst = false;
        return _tallies.GetValueOrDefault(key);
    }

    private void Fill()
    {
        long now = _time.GetTimestamp();
        double seconds = _time.GetElapsedTime(_filled, now).TotalSeconds;
        _filled = now;
        _singles = Math.Min(_limits.DenialsBurst, _singles + seconds * _limits.DenialsPerSecond);
        _bytes = Math.Min(_limits.ShareBytes, _bytes + seconds * _limits.ShareBytes / _limits.Window.TotalSeconds);
    }
}
