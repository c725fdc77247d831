using System.Text;
using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>Counts what each rule and each name of a policy was used for: recorded attempts, asked again of it.</summary>
public sealed class PolicyUse
{
    // Which patterns of a rule match a name is looked up once for each pair while they fit: about 20 MiB.
    private const int MaxLookups = 100_000;

    private readonly PolicyReplay _replay;
    private readonly Dictionary<(int Rule, string Name), int[]> _matches = [];

    /// <summary>Counts for this policy.</summary>
    public PolicyUse(CompiledPolicy policy)
    {
        _replay = new PolicyReplay(policy);
        Rules = [.. policy.Rules.Select(rule => new RuleUse(rule))];
    }

    /// <summary>Every rule, by priority.</summary>
    public IReadOnlyList<RuleUse> Rules { get; }

    /// <summary>Attempts that no rule decided, but the default.</summary>
    public long ByDefault { get; private set; }

    /// <summary>Attempts that wait for the client's first bytes, as far as the records go.</summary>
    public long Waiting { get; private set; }

    /// <summary>Attempts of agents in quarantine.</summary>
    public long Quarantined { get; private set; }

    /// <summary>Attempts of agents that are not declared.</summary>
    public IReadOnlyDictionary<string, long> UnknownAgents => _replay.UnknownAgents;

    /// <summary>Takes one attempt.</summary>
    public void Add(in RecordedAttempt recorded)
    {
        if (!_replay.TryDecide(recorded, out PolicyReplay.Answer answer)) return;
        Decision decision = answer.Decision;
        FlowEvent read = recorded.Replay.Event;
        if (decision.Would > 0) Rules[decision.Would - 1].Add(read, recorded.Count, monitored: true);
        if (decision.Verdict == Verdict.Pending) Waiting += recorded.Count;
        else if (decision.Rule > 0) Enter(decision.Rule - 1, recorded);
        else if (decision.Rule == 0) ByDefault += recorded.Count;
        else Quarantined += recorded.Count;
    }

    private void Enter(int rule, in RecordedAttempt recorded)
    {
        FlowEvent read = recorded.Replay.Event;
        Rules[rule].Add(read, recorded.Count, monitored: false);
        if (Rules[rule].Names.Count == 0) return;
        // What is claimed decides; a name that is only bound does where nothing is claimed, or where that is enough.
        if (recorded.Replay.Claimed is { } claimed && Enter(rule, claimed, recorded)) return;
        foreach (FlowName name in read.Names)
        {
            if (name.Source == "binding") Enter(rule, name.Name, recorded);
        }
    }

    private bool Enter(int rule, string name, in RecordedAttempt recorded)
    {
        if (!_matches.TryGetValue((rule, name), out int[]? entries))
        {
            if (_matches.Count >= MaxLookups) _matches.Clear();
            byte[] bytes = Encoding.ASCII.GetBytes(name);
            entries = [.. Enumerable.Range(0, Rules[rule].Names.Count).Where(i => !Rules[rule].Names[i].Entry.IsExpired(_replay.Policy.CompiledAt) && Rules[rule].Names[i].Entry.Pattern.Matches(bytes))];
            _matches[(rule, name)] = entries;
        }
        foreach (int entry in entries) Rules[rule].Names[entry].Add(name, recorded.Count, recorded.Replay.Event.Time);
        return entries.Length > 0;
    }
}
