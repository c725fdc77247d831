using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Who and what belongs to a SmartGroup, given the agents there are. A selector that states nothing selects nothing.</summary>
internal static class GroupMembers
{
    /// <summary>As a source: the agent fits one selector.</summary>
    public static bool Contains(SmartGroup group, AgentDocument agent) => group.AnyOf.Any(selector =>
        (selector.HasIdentity || !selector.Cidrs.IsEmpty)
        && HasIdentity(selector, agent)
        && (selector.Cidrs.IsEmpty || agent.Addresses.Any(address => InCidrs(selector, address))));

    /// <summary>As a destination: the prefixes of the group. An identity stands for the addresses of its agents.</summary>
    public static IEnumerable<Prefix> Prefixes(SmartGroup group, AgentsDocument agents) => group.AnyOf.SelectMany(selector =>
        !selector.HasIdentity
            ? selector.Cidrs
            : agents.Agents
                .Where(agent => HasIdentity(selector, agent))
                .SelectMany(agent => agent.Addresses)
                .Where(address => selector.Cidrs.IsEmpty || InCidrs(selector, address))
                .Select(address => Prefix.Of(address)));

    private static bool InCidrs(GroupSelector selector, Address address) => selector.Cidrs.Any(cidr => cidr.Contains(address));

    private static bool HasIdentity(GroupSelector selector, AgentDocument agent) =>
        (selector.Classes.IsEmpty || selector.Classes.Contains(agent.Class))
        && (selector.Agents.IsEmpty || selector.Agents.Contains(agent.Id))
        && selector.Labels.All(label => agent.Labels.Any(pair => pair.Key == label.Key && label.Values.Contains(pair.Value)));
}
