using Exeat.Control.Policies;
using Exeat.Control.Storage;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Store;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Flows;

/// <summary>SmartGroups of the policies in force, resolved to the agents of the documents that control has. A name that several policies use stands for all of them together.</summary>
internal sealed class PolicyGroups(PoliciesInForce policies, IFleet fleet, Database database) : ISmartGroups
{
    public ResolvedGroup? From(string name) => Found(name) is { Count: > 0 } found ? Who(found, Agents()) : null;

    public ResolvedGroup? To(string name) => Found(name) is { Count: > 0 } found ? Where(found, Agents()) : null;

    /// <summary>Agents that belong; of a selector by address alone also the addresses, for agents that no document names any more.</summary>
    public static ResolvedGroup Who(IReadOnlyList<SmartGroup> groups, IReadOnlyList<AgentDocument> agents)
    {
        GroupSelector[] selectors = [.. groups.SelectMany(group => group.AnyOf)];
        return new ResolvedGroup([.. agents.Where(agent => selectors.Any(selector => Belongs(selector, agent))).Select(agent => agent.Id).Distinct(StringComparer.Ordinal)],
            [.. selectors.Where(selector => !selector.HasIdentity).SelectMany(selector => selector.Cidrs).Distinct()]);
    }

    /// <summary>Addresses: those written, and those of agents that belong.</summary>
    public static ResolvedGroup Where(IReadOnlyList<SmartGroup> groups, IReadOnlyList<AgentDocument> agents)
    {
        GroupSelector[] selectors = [.. groups.SelectMany(group => group.AnyOf)];
        return new ResolvedGroup([], [.. selectors.Where(selector => !selector.HasIdentity).SelectMany(selector => selector.Cidrs)
            .Concat(selectors.Where(selector => selector.HasIdentity).SelectMany(selector => agents.Where(agent => Belongs(selector, agent)).SelectMany(agent => agent.Addresses)
                .Select(address => Prefix.Of(address)))).Distinct()]);
    }

    private List<AgentDocument> Agents()
    {
        using SqliteConnection connection = database.Open();
        return [.. fleet.Read(connection).Where(gateway => gateway.Agents is not null).SelectMany(gateway => gateway.Agents!.Agents)];
    }

    private List<SmartGroup> Found(string name) => [.. policies.All().Select(policy => policy.SmartGroups.GetValueOrDefault(name)).OfType<SmartGroup>()];

    // Each field that is written must hold; within one, any value.
    private static bool Belongs(GroupSelector selector, AgentDocument agent) =>
        (selector.Cidrs.IsEmpty || selector.Cidrs.Any(prefix => agent.Addresses.Any(prefix.Contains)))
        && (selector.Classes.IsEmpty || selector.Classes.Contains(agent.Class))
        && (selector.Agents.IsEmpty || selector.Agents.Contains(agent.Id))
        && selector.Labels.All(label => agent.Labels.Any(own => own.Key == label.Key && label.Values.Contains(own.Value)));
}
