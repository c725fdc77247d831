using System.Collections.Frozen;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway;

/// <summary>All that a verdict depends on besides the packet: policy, agents and the kernel's generation. Immutable, swapped whole (I8).</summary>
public sealed class Snapshot
{
    private readonly FlowLabels[] _labels;
    private readonly FrozenDictionary<Address, int> _byAddress;

    /// <summary>Joins a compiled policy with the generation under which the kernel knows it. Agents on interfaces that are not <paramref name="inside"/> are not attached here (null: all are).</summary>
    public Snapshot(CompiledPolicy policy, int generation, string version, AgentsDocument agents, IReadOnlyCollection<string>? inside = null)
    {
        (Policy, Generation, Version, AgentsHash) = (policy, generation, version, agents.Hash);
        _labels = [.. policy.Agents.Select(a => FlowLabels.From(agents.Agents.First(d => d.Id == a.Id).Labels))];
        _byAddress = policy.Agents
            .SelectMany((agent, index) => (inside?.Contains(agent.Interface) == false ? [] : agent.Addresses).Select(address => KeyValuePair.Create(address, index)))
            .ToFrozenDictionary();
    }

    /// <summary>The policy, compiled for the agents of the moment.</summary>
    public CompiledPolicy Policy { get; }

    /// <summary>The generation in the conntrack mark, 1 to 255.</summary>
    public int Generation { get; }

    /// <summary>Content hash of the policy.</summary>
    public string Version { get; }

    /// <summary>Content hash of the agents document.</summary>
    public string AgentsHash { get; }

    /// <summary>Index of the agent with this address, −1 when no agent has it. The kernel has checked that the address belongs to the interface.</summary>
    public int FindAgent(Address address) => _byAddress.TryGetValue(address, out int index) ? index : -1;

    /// <summary>The agent's labels in the form of records.</summary>
    public FlowLabels LabelsOf(int agent) => (uint)agent < (uint)_labels.Length ? _labels[agent] : FlowLabels.None;

    /// <summary>The agent's effective mode; an unknown agent is always enforced.</summary>
    public Mode ModeOf(int agent) => (uint)agent < (uint)Policy.Agents.Length ? Policy.Agents[agent].EffectiveMode : Mode.Enforce;
}
