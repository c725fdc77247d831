using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>Asks a policy again what it decides of a recorded attempt.</summary>
internal sealed class PolicyReplay
{
    private readonly Dictionary<string, int> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _unknown = new(StringComparer.Ordinal);

    public PolicyReplay(CompiledPolicy policy)
    {
        Policy = policy;
        for (int i = 0; i < policy.Agents.Length; i++) _agents[policy.Agents[i].Id] = i;
    }

    public CompiledPolicy Policy { get; }

    /// <summary>Attempts of agents that are not declared: nothing can be said of them.</summary>
    public IReadOnlyDictionary<string, long> UnknownAgents => _unknown;

    /// <summary>False: the agent is not declared; that is counted.</summary>
    public bool TryDecide(in RecordedAttempt recorded, out Answer answer)
    {
        FlowReplay replay = recorded.Replay;
        string agent = replay.Event.Agent ?? "";
        if (!_agents.TryGetValue(agent, out int index))
        {
            if (_unknown.Count >= 1000 && !_unknown.ContainsKey(agent)) agent = "others";
            _unknown[agent] = _unknown.GetValueOrDefault(agent) + recorded.Count;
            answer = default;
            return false;
        }
        Decision decision = Policy.Decide(replay.Attempt(index));
        bool depends = decision.Verdict == Verdict.Pending && replay.Event.Verdict != PendingText;
        if (depends) decision = AfterHonestHello(replay, index);
        answer = new Answer(index, decision, decision.Verdict == Verdict.Pending ? "" : Policy.RuleName(decision), depends);
        return true;
    }

    private static readonly string PendingText = Verdict.Pending.Text(), DenyText = Verdict.Deny.Text();

    // The record ends where the policy would look further. The worst of what honest clients may say is taken for a permit, the best for a denial: a change is shown rather than missed.
    private Decision AfterHonestHello(FlowReplay replay, int agent)
    {
        Verdict wanted = replay.Event.Verdict == DenyText ? Verdict.Permit : Verdict.Deny;
        Decision decision = default;
        for (int i = 0; i < replay.HonestHellos; i++)
        {
            decision = Policy.Decide(replay.HonestHello(agent, i));
            if (decision.Verdict == wanted) break;
        }
        return decision;
    }

    /// <summary>What the policy says.</summary>
    /// <param name="Agent">The agent's index.</param>
    /// <param name="Decision">The decision.</param>
    /// <param name="Rule">The rule's name; empty while it waits for the hello.</param>
    /// <param name="DependsOnHello">An honest client's hello was taken, since the record has none.</param>
    public readonly record struct Answer(int Agent, Decision Decision, string Rule, bool DependsOnHello);
}
