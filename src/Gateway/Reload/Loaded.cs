using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Gateway.Reload;

/// <summary>Policy and agents as read from disk: each is there or not by itself, so that a mistake in one does not keep a quarantine in the other from coming into force.</summary>
internal sealed record Loaded(Policy.Policy? Policy, AgentsDocument? Agents, ImmutableArray<Problem> Problems)
{
    public bool IsUsable => Policy is not null && Agents is not null;

    /// <summary>The first error; null when both documents can be used.</summary>
    public Problem? Error => Problems.FirstOrDefault(p => p.Severity == Severity.Error);

    /// <summary>Reads both documents of a gateway, as of this moment.</summary>
    public static Loaded Read(GatewayDocument gateway, TimeProvider clock)
    {
        LoadResult policy = PolicyLoader.Load(gateway.Policy, gateway.Options(clock));
        AgentsResult agents = AgentsLoader.LoadAttached(gateway.Agents);
        return new Loaded(policy.Policy, agents.Agents, [.. policy.Problems, .. agents.Problems]);
    }

    /// <summary>The same with what is missing taken from another.</summary>
    public Loaded Or(Loaded other) => this with { Policy = Policy ?? other.Policy, Agents = Agents ?? other.Agents };
}
