using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Gateway.Reload;

/// <summary>Policy and agents as read from disk together: either both, or the problems that prevent it.</summary>
internal sealed record Loaded(Policy.Policy? Policy, AgentsDocument? Agents, ImmutableArray<Problem> Problems)
{
    public bool IsUsable => Policy is not null && Agents is not null && !Problems.Any(p => p.Severity == Severity.Error);

    /// <summary>Reads both documents of a gateway.</summary>
    public static Loaded Read(GatewayDocument gateway, TimeProvider time)
    {
        LoadResult policy = PolicyLoader.Load(gateway.Policy, new LoadOptions { TimeProvider = time, PacksDirectory = gateway.Packs });
        AgentsResult agents = AgentsLoader.LoadAttached(gateway.Agents);
        return new Loaded(policy.Policy, agents.Agents, [.. policy.Problems, .. agents.Problems]);
    }
}
