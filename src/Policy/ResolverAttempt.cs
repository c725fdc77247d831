using Exeat.Names;

namespace Exeat.Policy;

/// <summary>The attempt agent → resolver, as if it were any other destination: what the policy resolver asks before it reads a name, and a check of documents asks beforehand.</summary>
public static class ResolverAttempt
{
    /// <summary>The port of every resolver.</summary>
    public const ushort Port = 53;

    /// <summary>Decides it. A resolver's own answer proves no name, so what is still pending after the first packet is asked again as such.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="agent">Index of the agent; −1 when unknown.</param>
    /// <param name="protocol">6 or 17: TCP or UDP.</param>
    /// <param name="resolver">The address that is asked.</param>
    /// <param name="bound">Names that the agent was answered this address for.</param>
    /// <param name="stage">The stage that decided.</param>
    public static Decision Decide(CompiledPolicy policy, int agent, byte protocol, Address resolver, ReadOnlySpan<DomainName> bound, out Stage stage)
    {
        stage = Stage.FirstPacket;
        var attempt = new Attempt { Agent = agent, Stage = Stage.FirstPacket, Protocol = protocol, Port = Port, Destination = resolver, Bound = bound };
        Decision decision = policy.Decide(attempt);
        if (decision.Verdict != Verdict.Pending) return decision;
        stage = Stage.Hello;
        return policy.Decide(new Attempt { Agent = agent, Stage = Stage.Hello, Protocol = protocol, Port = Port, Destination = resolver, Bound = bound, Claim = Claim.Nothing });
    }
}
