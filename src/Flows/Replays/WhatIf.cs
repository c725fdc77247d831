using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>Asks a candidate policy what it would have decided of recorded attempts, and collects what differs.</summary>
/// <remarks>Compared are decisions, whether they were applied or not: an attempt recorded in monitor by what enforce would have done.</remarks>
public sealed class WhatIf
{
    /// <summary>Different rows that are kept: some 50 MiB. Further destinations are counted together, for each agent and pair of rules.</summary>
    public const int MaxRows = 50_000;

    private readonly CompiledPolicy _candidate;
    private readonly Dictionary<string, int> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<WhatIfKey, WhatIfRow> _rows = [];
    private readonly Dictionary<string, long> _unknown = new(StringComparer.Ordinal);
    private readonly long[] _totals = new long[Enum.GetValues<WhatIfChange>().Length];
    private readonly int _maxRows;

    /// <summary>Compares with this policy.</summary>
    public WhatIf(CompiledPolicy candidate, int maxRows = MaxRows)
    {
        (_candidate, _maxRows) = (candidate, maxRows);
        for (int i = 0; i < candidate.Agents.Length; i++) _agents[candidate.Agents[i].Id] = i;
    }

    /// <summary>Attempts of agents that the candidate's agents document does not declare: nothing can be said of them.</summary>
    public IReadOnlyDictionary<string, long> UnknownAgents => _unknown;

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
        FlowReplay replay = recorded.Replay;
        FlowEvent read = replay.Event;
        string agent = read.Agent ?? "";
        if (!_agents.TryGetValue(agent, out int index))
        {
            if (_unknown.Count >= 1000 && !_unknown.ContainsKey(agent)) agent = "others";
            _unknown[agent] = _unknown.GetValueOrDefault(agent) + recorded.Count;
            return;
        }
        Decision decision = _candidate.Decide(replay.Attempt(index));
        bool depends = decision.Verdict == Verdict.Pending && read.Verdict != PendingText;
        if (depends) decision = AfterHonestHello(replay, index);
        string rule = decision.Verdict == Verdict.Pending ? "" : _candidate.RuleName(decision);
        WhatIfChange change = Compare(read, decision.Verdict, rule, _candidate.Agents[index].EffectiveMode);
        _totals[(int)change] += recorded.Count;
        if (change != WhatIfChange.Unchanged) Enter(KeyOf(replay, change, rule, depends), read, recorded.Count);
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

    // The record ends where the candidate would look further. The worst of what honest clients may say is taken for a permit, the best for a denial: a change is shown rather than missed.
    private Decision AfterHonestHello(FlowReplay replay, int agent)
    {
        Verdict wanted = replay.Event.Verdict == DenyText ? Verdict.Permit : Verdict.Deny;
        Decision decision = default;
        for (int i = 0; i < replay.HonestHellos; i++)
        {
            decision = _candidate.Decide(replay.HonestHello(agent, i));
            if (decision.Verdict == wanted) break;
        }
        return decision;
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
