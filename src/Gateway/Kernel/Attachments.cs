using System.Collections.Concurrent;
using Exeat.Policy;

namespace Exeat.Gateway.Kernel;

/// <summary>Which interface, and so which conntrack zone, agents are attached by, and the number that each has in the kernel.</summary>
internal sealed class Attachments(ZoneNumbers numbers)
{
    private readonly ConcurrentDictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>The identities of the agents; agents on interfaces that are not inside have none and match nothing.</summary>
    public IReadOnlyList<AgentIdentity> Take(AgentsDocument agents, IReadOnlyCollection<string> inside) =>
        [
            .. from agent in agents.Agents
               where inside.Contains(agent.Interface)
               select new AgentIdentity(agent.Interface, agent.Addresses, agent.Mac, numbers.Of(agent.Interface)) { Number = NumberOf(agent.Id) },
        ];

    /// <summary>The zone of an interface, whether or not an agent is attached by it now; 0 (the default zone) when none ever was.</summary>
    public ushort ZoneOf(string inside) => numbers.Find(inside);

    /// <summary>The agents that have had a number, with it.</summary>
    public IEnumerable<(string Id, int Number)> Numbers => _numbers.Select(pair => (pair.Key, pair.Value));

    private int NumberOf(string id) => _numbers.GetOrAdd(id, _ => _numbers.Count + 1);
}
