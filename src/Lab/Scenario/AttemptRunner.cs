using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Scenario;

/// <summary>Makes attempts: agents side by side, each agent's own one after another, so that counters and records can be told apart.</summary>
public sealed class AttemptRunner(LabSpaces spaces, AttemptCommands commands, Action<Outcome> seen)
{
    private static readonly TimeSpan ClientDeadline = LabPatience.Seconds(12);
    private static readonly TimeSpan Quiet = LabPatience.Seconds(0.03), DrainLimit = LabPatience.Seconds(1);

    /// <summary>Makes them all and returns what came of each, in the order planned.</summary>
    public async Task<IReadOnlyList<Outcome>> RunAsync(IReadOnlyList<PlannedAttempt> attempts)
    {
        Outcome[][] byAgent = await Task.WhenAll(attempts.GroupBy(a => a.Agent).Select(async own =>
        {
            List<Outcome> outcomes = [];
            foreach (PlannedAttempt attempt in own)
            {
                outcomes.Add(await MakeAsync(attempt));
                seen(outcomes[^1]);
            }
            return outcomes.ToArray();
        }));
        var order = attempts.Index().ToDictionary(a => a.Item, a => a.Index);
        return [.. byAgent.SelectMany(o => o).OrderBy(o => order[o.Attempt])];
    }

    /// <summary>Makes one.</summary>
    public async Task<Outcome> MakeAsync(PlannedAttempt attempt)
    {
        WorldClient farSide = FarSideOf(attempt);
        (IReadOnlyList<string> command, string? input) = commands.For(attempt);
        WorldSnapshot before = await farSide.ReadAsync();
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        Finished client = await Subprocess.RunAsync(
            spaces.Network.Inside(attempt.Agent.Id, command), ClientDeadline, input, commands.Environment);
        WorldSnapshot after = await farSide.DrainAsync(attempt.Source, Quiet, DrainLimit);
        return new Outcome(attempt, from, TimeProvider.System.GetUtcNow(), client, before, after);
    }

    private WorldClient FarSideOf(PlannedAttempt attempt)
    {
        LabAgent? peer = LabPlan.Agents.FirstOrDefault(a => a.Address(attempt.Family) == attempt.Address);
        return peer is null ? spaces.World : spaces.Listeners[peer.Id];
    }
}
