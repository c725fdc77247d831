using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>Asks a candidate policy what it would have decided of recorded attempts, and collects what differs.</summary>
/// <remarks>Compared are decisions, whether they were applied or not: an attempt recorded in monitor by what enforce would have done.</remarks>
public sealed class WhatIf
{
    /// <summary>Different rows that are kept: some 50 MiB. Further destinations are counted together, for each agent and pair of rules.</summary>
    public const int MaxRows = 50_000;

    private readonly PolicyReplay _candidate;
    private readonly Dictionary<WhatIfKey, WhatIfRow> _rows = [];
    private readonly long[] _totals = new long[Enum.GetValues<WhatIfChange>().Length];
    private readonly int _maxRows;

    /// <summary>Compares with this policy.</summary>
    public WhatIf(CompiledPolicy candidate, int maxRows = MaxRows) => (_candidate, _maxRows) = (new PolicyReplay(candidate), maxRows);

    /// <summary>Attempts of agents that the candidate's agents document does not declare: nothing can be said of them.</summary>
    public IReadOnlyDictionary<string, long> UnknownAgents => _candidate.UnknownAgents;

    /// <summary>How many attempts were compared.</summary>
    public long Compared => _totals.Sum();

    /// <summary>Whether some destinations were counted together.</summary>
    public bool IsFolded { get; private set; }

    /// <summary>How many attempts came to this.</summary>
    public long Total(WhatIfChange change) => _totals[(int)change];

    /// <summary>The rows of a kind, most frequent first.</summary>
    public IReadOnlyList<WhatIfRow> Rows(WhatIfChange change) =>
    [
        .. _rows.Values.Where(row => row.Key.Change == change).OrderByDescending(row => row.Count).ThenBy(row => row.Key.Agent, StringComparer.Ordinal)
            .ThenBy(row => row.Key.Name ?? row.Key.Address, StringComparer.Ordinal).ThenBy(row => row.Key.Port),
    ];

    /// <summary>Takes one attempt.</summary>
    public void Add(in RecordedAttempt recorded)
    {
        if (!_candidate.TryDecide(recorded, out PolicyReplay.Answer answer)) return;
        FlowEvent read = recorded.Replay.Event;
        WhatIfChange change = Compare(read, answer.Decision.Verdict, answer.Rule, _candidate.Policy.Agents[answer.Agent].EffectiveMode);
        _totals[(int)change] += recorded.Count;
        if (change != WhatIfChange.Unchanged) Enter(KeyOf(recorded.Replay, change, answer.Rule, answer.DependsOnHello), read, recorded.Count);
    }

    private static readonly string PendingText = Verdict.Pending.Text(), DenyText = Verdict.Deny.Text();

    private static WhatIfChange Compare(FlowEvent read, Verdict now, string rule, Mode mode)
    {
        bool wasDenied = read.Verdict == DenyText;
        if (now == Verdict.Deny && !wasDenied) return WhatIfChange.NewlyDenied;
        if (now != Verdict.Deny && wasDenied) return WhatIfChange.NewlyPermitted;
        if (wasDenied && read.Enforced == false && mode == Mode.Enforce) return WhatIfChange.PassedInMonitor;
        // What waited for its hello had no rule yet.
        return rule == (read.Verdict == PendingText ? "" : read.Rule ?? "") ? WhatIfChange.Unchanged : WhatIfChange.ChangedRule;
    }

    private static WhatIfKey KeyOf(FlowReplay replay, WhatIfChange change, string rule, bool depends)
    {
        FlowEvent read = replay.Event;
        bool asks = read.Stage == "dns";
        return new WhatIfKey(change, read.Agent!, replay.Name, replay.Name is null ? read.Destination : null, asks ? "dns" : read.Protocol ?? "", asks ? 0 : read.Port,
            asks ? "" : read.Proof ?? "", read.Verdict == PendingText ? "" : read.Rule ?? "", rule, depends);
    }

    private void Enter(WhatIfKey key, FlowEvent read, long count)
    {
        if (!_rows.TryGetValue(key, out WhatIfRow? row))
        {
            if (_rows.Count >= _maxRows)
            {
                IsFolded = true;
                key = key with { Name = null, Address = null, Protocol = "", Port = 0, Proof = "" };
            }
            if (!_rows.TryGetValue(key, out row)) _rows[key] = row = new WhatIfRow { Key = key, First = read.Time, Last = read.Time };
        }
        row.Count += count;
        if (read.Time < row.First) row.First = read.Time;
        if (read.Time >= row.Last) (row.Last, row.Flow) = (read.Time, read.Flow);
    }
}
