using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Agents for comparing policies when no document declares any: one that fits each selector of a group, and one that fits none.</summary>
public static class ImaginedAgents
{
    /// <summary>The agents that these policies speak of.</summary>
    public static AgentsDocument Of(params ReadOnlySpan<Policy> policies)
    {
        var agents = new Dictionary<string, AgentDocument>(StringComparer.Ordinal) { ["any-other"] = new AgentDocument { Id = "any-other" } };
        foreach (Policy policy in policies)
        {
            HashSet<string> sources = [.. policy.Rules.SelectMany(rule => rule.From), .. policy.SmartGroups.Values.Where(group => group.Mode is not null).Select(group => group.Name)];
            foreach (GroupSelector selector in policy.SmartGroups.Values.Where(group => sources.Contains(group.Name)).SelectMany(group => group.AnyOf))
                foreach (AgentDocument agent in Fitting(selector)) agents.TryAdd(agent.Id, agent);
        }
        return new AgentsDocument { Hash = "imagined", Agents = [.. agents.Values.OrderBy(agent => agent.Id, StringComparer.Ordinal)] };
    }

    private static IEnumerable<AgentDocument> Fitting(GroupSelector selector)
    {
        ImmutableArray<KeyValuePair<string, string>> labels = [.. selector.Labels.Select(label => new KeyValuePair<string, string>(label.Key, label.Values[0])).OrderBy(pair => pair.Key, StringComparer.Ordinal)];
        IEnumerable<string> ids = selector.Agents.IsEmpty ? [""] : selector.Agents, classes = selector.Classes.IsEmpty ? [""] : selector.Classes;
        IEnumerable<Address> addresses = selector.Cidrs.IsEmpty ? [default] : selector.Cidrs.Select(cidr => cidr.Network);
        return from id in ids
               from @class in classes
               from address in addresses
               let said = string.Join(',', ((string[])[@class.Length > 0 ? "class=" + @class : "", .. labels.Select(pair => $"{pair.Key}={pair.Value}"), address.IsKnown ? "at=" + address : ""]).Where(word => word.Length > 0))
               select new AgentDocument { Id = id.Length > 0 ? id : said.Length > 0 ? said : "any-other", Class = @class, Labels = labels, Addresses = address.IsKnown ? [address] : [] };
    }
}
