using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Loads agents documents from a file or folder; several documents are joined.</summary>
public static class AgentsLoader
{
    /// <summary>Loads agents for tests and questions: they may lack interface and addresses.</summary>
    public static AgentsResult Load(string path) => Load(path, mustBeAttached: false);

    /// <summary>Loads agents for a gateway: each must have an interface and addresses.</summary>
    public static AgentsResult LoadAttached(string path) => Load(path, mustBeAttached: true);

    private static AgentsResult Load(string path, bool mustBeAttached)
    {
        var problems = new ProblemList();
        DocumentSet set = DocumentSet.Load(path, DocumentKind.Agents, problems);
        List<AgentDocument> agents = [];
        foreach (MapReader document in set.Documents)
        {
            foreach (YamlNode node in document.List("agents", mayBeEmpty: true))
            {
                if (Read(node, mustBeAttached, problems) is { } agent) agents.Add(agent);
            }
        }
        CheckTogether(agents, problems);
        AgentsDocument? result = problems.HasErrors ? null : new AgentsDocument { Agents = [.. agents], Hash = DocumentFiles.Version(set.Files) };
        return new AgentsResult(result, problems.ToImmutable());
    }

    private static AgentDocument? Read(YamlNode node, bool mustBeAttached, ProblemList problems)
    {
        if (MapReader.Open(node, Shapes.Agent, problems) is not { } map) return null;
        var agent = new AgentDocument
        {
            Id = map.Identifier("id") ?? "",
            Class = map.Identifier("class") ?? "",
            Interface = map.Value("interface")?.InterfaceName("interface", problems) ?? "",
            Addresses = map.List("addresses").ReadDistinct("addresses", problems, item => AgentAddress(item, problems)),
            Mac = map.Value("mac") is { } mac ? Mac(mac, problems) : null,
            Labels = Labels(map, problems),
            Quarantined = map.Flag("quarantined"),
            Where = node.Where,
        };
        if (mustBeAttached && !(map.Has("interface") && map.Has("addresses")))
            problems.Error(node.Where, "a gateway's agent needs interface and addresses", "write interface: NAME and addresses: [ … ]");
        return agent.Id.Length > 0 ? agent : null;
    }

    private static Address? AgentAddress(YamlNode node, ProblemList problems)
    {
        if (node.AddressValue("addresses", problems) is not { } address) return null;
        if (!NeverAgents.Any(prefix => prefix.Contains(address))) return address;
        problems.Error(node.Where, $"{address} cannot be an agent's address", "write its unicast address");
        return null;
    }

    // This host, loopback, multicast and broadcast, in both families; and IPv4 in IPv6 clothes, which no packet on the wire has.
    private static readonly ImmutableArray<Prefix> NeverAgents =
        [.. new[] { "0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "::ffff:0:0/96", "ff00::/8" }.Select(text => Prefix.TryParse(text, out Prefix prefix) ? prefix : default)];

    private static string? Mac(YamlNode node, ProblemList problems)
    {
        if (node.ScalarText("mac", problems) is not { } text) return null;
        string[] parts = text.ToLowerInvariant().Split(':');
        if (parts.Length == 6 && parts.All(part => part.Length == 2 && part.All(char.IsAsciiHexDigit))) return string.Join(':', parts);
        problems.Error(node.Where, $"mac is {node.Kind}", "write it as 02:00:5e:00:53:01, in quotes");
        return null;
    }

    // Keys and values of one agent. Every record carries them, and the flow store finds by so much of them.
    private const int MaxLabels = 4096;

    private static ImmutableArray<KeyValuePair<string, string>> Labels(MapReader map, ProblemList problems)
    {
        if (map.Value("labels") is not { } node) return [];
        if (!node.IsMap)
        {
            problems.Error(node.Where, $"labels is a mapping, this is {node.Kind}", "write labels: {KEY: VALUE}");
            return [];
        }
        List<KeyValuePair<string, string>> labels = [];
        foreach ((YamlNode key, YamlNode value) in node.Entries)
        {
            if (key.LabelText("a label's key", problems) is { } name && value.LabelText("a label's value", problems) is { } text) labels.Add(new(name, text));
        }
        if (labels.Sum(label => label.Key.Length + label.Value.Length) > MaxLabels)
            problems.Error(node.Where, $"the agent's labels have more than {MaxLabels} characters together", "take some out: every record of the agent has them");
        return [.. labels.OrderBy(label => label.Key, StringComparer.Ordinal)];
    }

    private static void CheckTogether(List<AgentDocument> agents, ProblemList problems)
    {
        foreach (IGrouping<string, AgentDocument> same in agents.GroupBy(agent => agent.Id))
        {
            foreach (AgentDocument agent in same.Skip(1)) problems.Error(agent.Where, $"the agent {agent.Id} is declared at {same.First().Where} already", "each agent needs its own id");
        }
        foreach (var same in agents.SelectMany(agent => agent.Addresses.Select(address => (agent, address))).GroupBy(pair => pair.address))
        {
            foreach ((AgentDocument agent, Address address) in same.Skip(1))
                problems.Error(agent.Where, $"the address {address} belongs to the agent {same.First().agent.Id} already", "each address belongs to one agent");
        }
        foreach (IGrouping<string, AgentDocument> segment in agents.Where(agent => agent.Interface.Length > 0).GroupBy(agent => agent.Interface))
        {
            // Whoever shares a segment can take a neighbour's address; only the hardware address tells them apart.
            foreach (AgentDocument agent in segment.Where(agent => agent.Mac is null && segment.Skip(1).Any()))
                problems.Warning(agent.Where, $"the agent {agent.Id} shares {agent.Interface} without a mac, so its neighbours can pass for it", "write its mac, or give it an interface of its own");
        }
    }
}
