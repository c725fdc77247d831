using System.Collections.Immutable;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>The agents as the records describe them (id, class, labels, source addresses), for when no document declares them.</summary>
public sealed class RecordedAgents
{
    // More than a gateway has; a journal that somebody made up may hold as many as it likes.
    private const int MaxAgents = 10_000;
    private const int MaxAddresses = 64;

    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    /// <summary>The agents of these events. Who is in a group can depend on any address that an agent has: all are looked up before the first attempt is judged.</summary>
    public static AgentsDocument Of(IEnumerable<FlowEvent> events)
    {
        var agents = new RecordedAgents();
        foreach (FlowEvent read in events) agents.Add(read);
        return agents.Document();
    }

    private void Add(FlowEvent read)
    {
        if (read.Agent is not { Length: > 0 } id) return;
        if (!_seen.TryGetValue(id, out Seen? agent))
        {
            if (_seen.Count >= MaxAgents) return;
            _seen[id] = agent = new Seen();
        }
        // The last word of policy counts. Elsewhere, an address may be one that the agent made up.
        if (!FlowReplay.IsReasonOfPolicy(read)) return;
        (agent.Class, agent.Labels) = (read.Class ?? "", read.Labels);
        if (read.Source is not null && agent.Texts.Count < MaxAddresses && agent.Texts.Add(read.Source) && Address.TryParse(read.Source, out Address address)) agent.Addresses.Add(address);
    }

    private AgentsDocument Document() => new()
    {
        Hash = "as-recorded",
        Agents =
        [
            .. _seen.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new AgentDocument
            {
                Id = pair.Key,
                Class = pair.Value.Class,
                Labels = [.. pair.Value.Labels.OrderBy(label => label.Key, StringComparer.Ordinal)],
                Addresses = [.. pair.Value.Addresses],
            }),
        ],
    };

    private sealed class Seen
    {
        public string Class { get; set; } = "";

        public IReadOnlyList<KeyValuePair<string, string>> Labels { get; set; } = ImmutableArray<KeyValuePair<string, string>>.Empty;

        public HashSet<string> Texts { get; } = new(StringComparer.Ordinal);

        public List<Address> Addresses { get; } = [];
    }
}
