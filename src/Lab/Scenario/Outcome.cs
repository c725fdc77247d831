using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Scenario;

/// <summary>What came of an attempt, from both ends: how the client fared, and what arrived.</summary>
/// <param name="Attempt">What was tried.</param>
/// <param name="From">When it began.</param>
/// <param name="Until">When its client had ended and nothing more was on its way.</param>
/// <param name="Client">How the client ended.</param>
/// <param name="Before">The far side's counters before it.</param>
/// <param name="After">The far side's counters after it.</param>
public sealed record Outcome(
    PlannedAttempt Attempt, DateTimeOffset From, DateTimeOffset Until, Finished Client, WorldSnapshot Before, WorldSnapshot After)
{
    /// <summary>Whether something of the agent's reached the far side, by its counters.</summary>
    public bool Arrived => Arrival.Between(Attempt, Before, After);
}
