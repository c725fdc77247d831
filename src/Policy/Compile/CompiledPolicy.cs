using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>The policy as it decides: immutable, made once, asked for every attempt, from any thread, without allocating.</summary>
/// <remarks>
/// Every condition of an attempt (agent, protocol, port, address, names) is looked up in a table of its own and gives a row with one bit per rule; the rows are ANDed,
/// and the lowest bit left is the first rule that matches. <see cref="Decide"/> is the one decision function (invariant I2); what it answers with little knowledge
/// holds for every way in which the knowledge may grow, else it answers <see cref="Verdict.Pending"/>.
/// </remarks>
public sealed partial class CompiledPolicy
{
    /// <summary>The most rules a policy may have: bounds the stack that a decision takes.</summary>
    public const int MaxRules = 4096;

    /// <summary>The number of the built-in rule <c>quarantine</c> in a <see cref="Decision"/>.</summary>
    public const int QuarantineRule = -1;

    private readonly RuleKinds _kinds;
    private readonly int[] _agentRows;
    private readonly IntervalIndex _addressesV4, _addressesV6;
    private readonly RowTable _rows;
    private readonly Transports _transports;
    private readonly NameIndex _names;
    private readonly ulong[] _nothing;
    private readonly int _words, _noAddress;
    private readonly bool _permitsByDefault;

    private CompiledPolicy(Policy policy, AgentsDocument agents, DateTimeOffset now)
    {
        if (policy.Rules.Length > MaxRules) throw new ArgumentException($"policy: {policy.Rules.Length} rules; at most {MaxRules} can be compiled", nameof(policy));
        var compiler = new PolicyCompiler(policy, agents, now);
        (Version, AgentsHash, Rules, Agents, NextExpiry) = (policy.Version, agents.Hash, policy.Rules, compiler.Agents, compiler.NextExpiry);
        (_kinds, _agentRows, _rows) = (compiler.Kinds, compiler.AgentRows, compiler.Rows);
        (_addressesV4, _addressesV6, _noAddress) = (compiler.AddressesV4, compiler.AddressesV6, compiler.NoAddress);
        (_transports, _names) = (compiler.Transports, compiler.Names);
        _words = Bits.Words(policy.Rules.Length);
        _nothing = new ulong[_words];
        _permitsByDefault = policy.Default == RuleAction.Permit;
        CompiledAt = now;
        Mode = policy.ModeAt(now);
    }

    /// <summary>The version of the policy it was made of.</summary>
    public string Version { get; }

    /// <summary>The policy's mode at <see cref="CompiledAt"/>; that of each agent is in <see cref="Agents"/>.</summary>
    public Mode Mode { get; }

    /// <summary>The hash of the agents document it was made of.</summary>
    public string AgentsHash { get; }

    /// <summary>All rules by ascending priority, also those that are off or expired. <see cref="Decision.Rule"/> is an index here, plus 1.</summary>
    public ImmutableArray<Rule> Rules { get; }

    /// <summary>The agents, in written order. <see cref="Attempt.Agent"/> is an index here.</summary>
    public ImmutableArray<AgentEntry> Agents { get; }

    /// <summary>When the next rule, name or monitor mode comes to its end, and the policy should be compiled afresh; null when nothing will.</summary>
    public DateTimeOffset? NextExpiry { get; }

    /// <summary>The moment for which it was compiled: what had expired by then is inert.</summary>
    public DateTimeOffset CompiledAt { get; }

    /// <summary>Compiles a checked policy for these agents, as of this moment.</summary>
    public static CompiledPolicy Compile(Policy policy, AgentsDocument agents, DateTimeOffset now) => new(policy, agents, now);

    /// <summary>The name of the rule that a decision carries. For 0, where mode overrides make the default depend on the agent, <see cref="RuleName(Decision)"/> is exact.</summary>
    public string RuleName(int rule) => rule switch
    {
        QuarantineRule => "quarantine",
        > 0 when rule <= Rules.Length => Rules[rule - 1].Name,
        _ => _permitsByDefault ? "default-permit" : "default-deny",
    };

    /// <summary>The name of the rule that made this decision.</summary>
    public string RuleName(Decision decision) =>
        decision.Rule != 0 ? RuleName(decision.Rule) : decision.Verdict == Verdict.Permit ? "default-permit" : "default-deny";

    /// <summary>The index of the agent with this id; −1 when there is none.</summary>
    public int FindAgent(string id)
    {
        for (int i = 0; i < Agents.Length; i++)
        {
            if (Agents[i].Id == id) return i;
        }
        return -1;
    }

    /// <summary>The one decision function.</summary>
    public Decision Decide(in Attempt attempt)
    {
        if ((uint)attempt.Agent >= (uint)Agents.Length) return new Decision(Verdict.Deny, Reason.UnknownAgent);
        if (Agents[attempt.Agent].Quarantined) return new Decision(Verdict.Deny, Reason.Quarantined, QuarantineRule);
        return attempt.Stage switch
        {
            Stage.Dns => DecideQuestion(attempt),
            Stage.FirstPacket => DecideFirstPacket(attempt),
            _ => DecideFinally(attempt),
        };
    }

    /// <summary>Whether an answer may bind this private or special address to the name: some permit states both the name and addresses around it.</summary>
    public bool AllowsBinding(int agent, ReadOnlySpan<byte> name, Address address)
    {
        if (!CanPermit(agent)) return false;
        Span<ulong> named = stackalloc ulong[_words];
        _names.Collect(name, named, named);
        ReadOnlySpan<ulong> from = _rows[_agentRows[agent]], at = RowAt(address);
        for (int w = 0; w < _words; w++)
        {
            if ((from[w] & at[w] & named[w] & _kinds.Permit[w] & _kinds.Enforced[w] & _kinds.Addressed[w]) != 0) return true;
        }
        return false;
    }

    /// <summary>Whether an answer may lead this agent from the name to the address: to the public world always, to private addresses only as <see cref="AllowsBinding"/> says.</summary>
    public bool MayAnswer(int agent, ReadOnlySpan<byte> name, Address address) => AddressScreen.KindOf(address) switch
    {
        AddressKind.Public => true,
        AddressKind.IfStated => AllowsBinding(agent, name, address),
        _ => false,
    };

    /// <summary>Whether a name that this agent is permitted lies strictly below this one: then the answer is NODATA, not NXDOMAIN (RFC 8020).</summary>
    public bool MatchBelow(int agent, ReadOnlySpan<byte> name)
    {
        if (!CanPermit(agent)) return false;
        Span<ulong> permits = stackalloc ulong[_words];
        ReadOnlySpan<ulong> from = _rows[_agentRows[agent]];
        for (int w = 0; w < _words; w++) permits[w] = from[w] & _kinds.Permit[w] & _kinds.Enforced[w];
        return _names.AnyBelow(name, permits);
    }

    private bool CanPermit(int agent) => (uint)agent < (uint)Agents.Length && !Agents[agent].Quarantined;

    // An address that is not known lies in no prefix: the row of rules without addresses is the one of an address outside of all.
    private ReadOnlySpan<ulong> RowAt(Address address) =>
        _rows[address.IsV4 ? _addressesV4.Find(address.Bits) : address.IsV6 ? _addressesV6.Find(address.Bits) : _noAddress];
}
