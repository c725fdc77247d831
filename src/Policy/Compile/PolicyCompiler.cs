using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Turns the checked policy into the tables of <see cref="CompiledPolicy"/>. Runs once per policy; clarity before speed, but linear.</summary>
internal sealed class PolicyCompiler
{
    private readonly Policy _policy;
    private readonly AgentsDocument _agents;
    private readonly DateTimeOffset _now;
    private readonly int _words;

    public PolicyCompiler(Policy policy, AgentsDocument agents, DateTimeOffset now)
    {
        (_policy, _agents, _now) = (policy, agents, now);
        _words = Bits.Words(policy.Rules.Length);
        Kinds = new RuleKinds(_words);
        var pool = new RowPool(_words);
        ClassifyRules();
        Agents = [.. agents.Agents.Select(Enter)];
        AgentRows = CompileAgents(pool);
        (AddressesV4, AddressesV6, NoAddress) = CompileAddresses(pool);
        Rows = pool.Freeze();
        Transports = new Transports(policy.Rules, _words);
        Names = CompileNames();
        NextExpiry = FindNextExpiry();
    }

    public RuleKinds Kinds { get; }

    public ImmutableArray<AgentEntry> Agents { get; }

    /// <summary>Per agent the row of rules that take part and whose <c>from</c> it fits.</summary>
    public int[] AgentRows { get; }

    public IntervalIndex AddressesV4 { get; }

    public IntervalIndex AddressesV6 { get; }

    /// <summary>The row of rules that hold at an address outside of every prefix.</summary>
    public int NoAddress { get; }

    public RowTable Rows { get; }

    public Transports Transports { get; }

    public NameIndex Names { get; }

    public DateTimeOffset? NextExpiry { get; }

    // A rule whose names have all expired, or whose groups are empty, is inert as a whole: it must neither match everything, nor keep a decision pending,
    // nor make a name resolvable.
    private bool IsInert(Rule rule) =>
        rule.Mode == RuleMode.Off || rule.IsExpired(_now) || !_policy.CanMatch(rule) || (rule.StatesNames && rule.ToNames.All(entry => entry.IsExpired(_now)));

    private void ClassifyRules()
    {
        for (int r = 0; r < _policy.Rules.Length; r++)
        {
            Rule rule = _policy.Rules[r];
            if (rule.Action == RuleAction.Permit) Bits.Set(Kinds.Permit, r);
            if (!IsInert(rule)) Bits.Set(rule.Mode == RuleMode.Monitor ? Kinds.Monitored : Kinds.Enforced, r);
            if (!_policy.CanMatch(rule)) Bits.Set(Kinds.Empty, r);
            if (rule.StatesNames) Bits.Set(Kinds.Named, r);
            if (!rule.ToGroups.IsEmpty) Bits.Set(Kinds.Addressed, r);
            if (rule.Proof == Proof.Dns) Bits.Set(Kinds.ProofDns, r);
            if (rule.Protocol.IsAny && rule.Ports.IsEmpty) Bits.Set(Kinds.AnyTransport, r);
        }
    }

    private AgentEntry Enter(AgentDocument agent)
    {
        var overrides = _policy.SmartGroups.Values.Where(group => group.Mode is not null && GroupMembers.Contains(group, agent)).Select(group => group.ModeAt(_now)!.Value).ToArray();
        return new AgentEntry
        {
            Id = agent.Id,
            Class = agent.Class,
            Labels = string.Join(',', agent.Labels.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")),
            Interface = agent.Interface,
            Addresses = agent.Addresses,
            Mac = agent.Mac,
            EffectiveMode = overrides.Length == 0 ? _policy.ModeAt(_now) : overrides.Contains(Mode.Enforce) ? Mode.Enforce : Mode.Monitor,
            Quarantined = agent.Quarantined,
        };
    }

    private int[] CompileAgents(RowPool pool)
    {
        var everybody = new ulong[_words];
        var byGroup = new Dictionary<string, ulong[]>(StringComparer.Ordinal);
        for (int r = 0; r < _policy.Rules.Length; r++)
        {
            if (IsInert(_policy.Rules[r])) continue;
            if (_policy.Rules[r].From.IsEmpty) Bits.Set(everybody, r);
            foreach (string group in _policy.Rules[r].From) Bits.Set(RowOf(byGroup, group), r);
        }
        return [.. _agents.Agents.Select(agent =>
        {
            ulong[] row = [.. everybody];
            foreach ((string name, ulong[] rules) in byGroup)
            {
                if (_policy.SmartGroups.TryGetValue(name, out SmartGroup? group) && GroupMembers.Contains(group, agent)) Bits.Or(row, rules);
            }
            return pool.Add(row);
        })];
    }

    private (IntervalIndex, IntervalIndex, int) CompileAddresses(RowPool pool)
    {
        var everywhere = new ulong[_words];
        var byGroup = new Dictionary<string, ulong[]>(StringComparer.Ordinal);
        for (int r = 0; r < _policy.Rules.Length; r++)
        {
            if (_policy.Rules[r].ToGroups.IsEmpty) Bits.Set(everywhere, r);
            foreach (string group in _policy.Rules[r].ToGroups) Bits.Set(RowOf(byGroup, group), r);
        }
        var prefixes = new List<(Prefix, ulong[])>();
        foreach ((string name, ulong[] rules) in byGroup)
        {
            if (!_policy.SmartGroups.TryGetValue(name, out SmartGroup? group)) continue;
            prefixes.AddRange(GroupMembers.Prefixes(group, _agents).Select(prefix => (prefix, rules)));
        }
        return (PrefixSweep.Build(prefixes, 32, everywhere, pool), PrefixSweep.Build(prefixes, 128, everywhere, pool), pool.Add(everywhere));
    }

    // Rules that share one list of names (the same WebGroup) share one set, so that a long list is entered once.
    private NameIndex CompileNames()
    {
        var builder = new NameIndexBuilder(_words);
        foreach (var sharing in Enumerable.Range(0, _policy.Rules.Length).Where(r => !_policy.Rules[r].ToNames.IsEmpty).GroupBy(r => _policy.Rules[r].ToNames))
        {
            var named = new ulong[_words];
            foreach (int r in sharing) Bits.Set(named, r);
            int set = builder.AddSet(named, new ulong[_words]);
            foreach (NameEntry entry in sharing.Key)
            {
                if (!entry.IsExpired(_now)) builder.Add(entry.Pattern, set);
            }
        }
        for (int r = 0; r < _policy.Rules.Length; r++)
        {
            if (_policy.Rules[r].Resolve.IsEmpty) continue;
            var resolvable = new ulong[_words];
            Bits.Set(resolvable, r);
            int set = builder.AddSet(new ulong[_words], resolvable);
            foreach (NamePattern pattern in _policy.Rules[r].Resolve) builder.Add(pattern, set);
        }
        return builder.Build();
    }

    private DateTimeOffset? FindNextExpiry()
    {
        DateTimeOffset? next = null;
        Consider(_policy.MonitorUntil);
        foreach (SmartGroup group in _policy.SmartGroups.Values) Consider(group.MonitorUntil);
        foreach (Rule rule in _policy.Rules)
        {
            if (IsInert(rule)) continue;
            Consider(rule.Expires);
            foreach (NameEntry entry in rule.ToNames) Consider(entry.Expires);
        }
        return next;

        void Consider(DateTimeOffset? expires)
        {
            if (expires > _now && !(next <= expires)) next = expires;
        }
    }

    private ulong[] RowOf(Dictionary<string, ulong[]> rows, string name)
    {
        if (!rows.TryGetValue(name, out ulong[]? row)) rows[name] = row = new ulong[_words];
        return row;
    }
}
