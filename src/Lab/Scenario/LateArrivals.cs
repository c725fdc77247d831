using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Scenario;

/// <summary>Looks once more, after everything came to rest: bytes that a gateway held and let go too late still count as arrived.</summary>
internal static class LateArrivals
{
    private static readonly TimeSpan Quiet = LabPatience.Seconds(0.4), Limit = LabPatience.Seconds(2);

    public static async Task<IReadOnlyList<Outcome>> AddAsync(LabSpaces spaces, IReadOnlyList<Outcome> outcomes)
    {
        WorldSnapshot end = await spaces.World.DrainAsync("", Quiet, Limit);
        return [.. outcomes.Select(o => o.Arrived || !CameLate(o, outcomes, end) ? o : o with { Before = new WorldSnapshot(), After = end })];
    }

    // Marks are unique. Packets are late when the last reading of their counter by any attempt is not the final one.
    private static bool CameLate(Outcome o, IReadOnlyList<Outcome> all, WorldSnapshot end)
    {
        if (end.Has(o.Attempt.Canary)) return true;
        Outcome last = all.Last(n => n.Attempt.Agent == o.Attempt.Agent && n.Attempt.Family == o.Attempt.Family
            && n.Attempt.Address == o.Attempt.Address && n.Attempt.Entry.Port == o.Attempt.Entry.Port);
        return ReferenceEquals(last, o) && Arrival.Between(o.Attempt, o.After, end);
    }
}
