using System.Collections.Immutable;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>What policies need to know of a gateway.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Agents">The agents that it has; null: not known yet.</param>
/// <param name="Reported">The policy version that it last reported; null: none yet.</param>
/// <param name="Problems">What it said is wrong with what it was last given.</param>
internal sealed record FleetGateway(string Id, AgentsDocument? Agents, string? Reported, ImmutableArray<string> Problems)
{
    /// <summary>The classes of its agents; an agent without one has the class "".</summary>
    public IEnumerable<string> Classes => (Agents?.Agents ?? []).Select(agent => agent.Class).Distinct(StringComparer.Ordinal);
}

/// <summary>The gateways that there are. The area of gateways keeps them; tests bring their own.</summary>
internal interface IFleet
{
    /// <summary>All that are enrolled and not revoked.</summary>
    IReadOnlyList<FleetGateway> Read(SqliteConnection connection);

    /// <summary>One of them; null: there is none of this id.</summary>
    FleetGateway? Find(SqliteConnection connection, string id);
}
