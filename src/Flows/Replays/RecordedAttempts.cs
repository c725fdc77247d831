using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>Makes the events of a journal into attempts, as they come and in bounded memory: each final decision of policy is one, what was counted weighs its count.</summary>
/// <remarks>
/// A first packet that waits for the client's bytes is not yet an attempt: the hello of the same flow replaces it. It counts by itself only when nothing follows.
/// What was refused for the shape of its packets, by a limit or by the kernel's own counters is no decision of policy: it is left out and counted.
/// </remarks>
public sealed class RecordedAttempts(AttemptScope scope)
{
    /// <summary>Why a policy's refusal is left out: the line tells no destination (an agent over its share, the kernel's counters).</summary>
    public const string WithoutDestination = "counted-without-destination";

    /// <summary>Why a decision is left out: it had more names than its line.</summary>
    public const string NamesOmitted = "names-omitted";

    // Flows wait seconds for their hello, thousands at once at most; what is older than two full tables is taken as it stands.
    internal const int MaxWaiting = 32_768;

    private readonly Dictionary<string, long> _leftOut = new(StringComparer.Ordinal);
    private Dictionary<string, FlowEvent> _waiting = new(StringComparer.Ordinal), _waitingLonger = new(StringComparer.Ordinal);

    /// <summary>What was left out: reason and number of attempts.</summary>
    public IReadOnlyDictionary<string, long> LeftOut => _leftOut;

    /// <summary>Attempts given so far.</summary>
    public long Count { get; private set; }

    /// <summary>The attempts of these events.</summary>
    public IEnumerable<RecordedAttempt> Of(IEnumerable<FlowEvent> events)
    {
        foreach (FlowEvent read in events)
        {
            if (read.Event is not ("decision" or "counted" or "end") || read.Flow is null || !scope.Holds(read)) continue;
            FlowEvent? before = TakeWaiting(read.Flow);
            if (read.Event == "end")
            {
                if (before is not null && Take(before) is { } ended) yield return ended;
            }
            else if (read.Verdict != PendingText)
            {
                if (Take(read) is { } attempt) yield return attempt;
            }
            else
            {
                if (_waiting.Count == MaxWaiting)
                {
                    foreach (FlowEvent old in _waitingLonger.Values)
                    {
                        if (Take(old) is { } attempt) yield return attempt;
                    }
                    (_waitingLonger, _waiting) = (_waiting, _waitingLonger);
                    _waiting.Clear();
                }
                _waiting[read.Flow] = read;
            }
        }
        foreach (FlowEvent old in _waitingLonger.Values.Concat(_waiting.Values))
        {
            if (Take(old) is { } attempt) yield return attempt;
        }
        _waiting.Clear();
        _waitingLonger.Clear();
    }

    private static readonly string PendingText = Verdict.Pending.Text();

    private RecordedAttempt? Take(FlowEvent read)
    {
        if (FlowReplay.From(read) is not { } replay)
        {
            LeaveOut(read);
            return null;
        }
        Count += read.Count;
        return new RecordedAttempt(replay, read.Count);
    }

    private FlowEvent? TakeWaiting(string flow) =>
        _waiting.Remove(flow, out FlowEvent? waiting) || _waitingLonger.Remove(flow, out waiting) ? waiting : null;

    private void LeaveOut(FlowEvent read)
    {
        string why = !FlowReplay.IsReasonOfPolicy(read) ? read.Reason ?? "no-reason" : read.NamesOmitted > 0 ? NamesOmitted : WithoutDestination;
        // Reasons are few; a journal that somebody made up may have as many as it likes.
        if (_leftOut.Count >= 256 && !_leftOut.ContainsKey(why)) why = "others";
        _leftOut[why] = _leftOut.GetValueOrDefault(why) + read.Count;
    }
}
