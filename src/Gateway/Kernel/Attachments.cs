using System.Collections.Concurrent;
using System.Collections.Frozen;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Kernel;

/// <summary>Which interface, and so which conntrack zone, an agent's addresses belong to. Replaced whole when the agents document changes.</summary>
internal sealed class Attachments(ZoneNumbers numbers)
{
    private readonly ConcurrentDictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private volatile FrozenDictionary<Address, ushort> _zones = FrozenDictionary<Address, ushort>.Empty;

    /// <summary>
    /// The identities of the agents; agents on interfaces that are not inside have none and match nothing. With <paramref name="keepOld"/> the zones of
    /// agents that are gone stay known, so that their connections can still be deleted.
    /// </summary>
    public IReadOnlyList<AgentIdentity> Take(AgentsDocument agents, IReadOnlyCollection<string> inside, bool keepOld)
    {
        AgentIdentity[] identities =
        [
            .. from agent in agents.Agents
               where inside.Contains(agent.Interface)
               select new AgentIdentity(agent.Interface, agent.Addresses, agent.Mac, numbers.Of(agent.Interface)) { Number = NumberOf(agent.Id) },
        ];
        Dictionary<Address, ushort> zones = keepOld ? _zones.ToDictionary() : [];
        foreach (AgentIdentity identity in identities)
        {
            foreach (Address address in identity.Addresses) zones[address] = identity.Zone;
        }
        _zones = zones.ToFrozenDictionary();
        return identities;
    }

    /// <summary>The zone of the interface that an address is attached to; 0 (the default zone) for others.</summary>
    public ushort ZoneOf(Address address) => _zones.GetValueOrDefault(address);

    /// <summary>The agents that have had a number, with it.</summary>
    public IEnumerable<(string Id, int Number)> Numbers => _numbers.Select(pair => (pair.Key, pair.Value));

    private int NumberOf(string id) => _numbers.GetOrAdd(id, _ => _numbers.Count + 1);
}
