using Exeat.Control.Http;
using Exeat.Policy;

namespace Exeat.Control.Policies;

/// <summary>Monitor only for a stated time (I12): a version that monitors without an end, or for longer than a week, is assigned to nobody.</summary>
internal static class MonitorCheck
{
    public static void Run(Policy.Policy policy, string name, DateTimeOffset now)
    {
        if (policy.Mode == Mode.Monitor) Check(policy.MonitorUntil, $"the policy {name}", now);
        foreach (SmartGroup group in policy.SmartGroups.Values.Where(group => group.Mode == Mode.Monitor).OrderBy(group => group.Name, StringComparer.Ordinal))
            Check(group.MonitorUntil, $"the smartGroup {group.Name} of {name}", now);
    }

    private static void Check(DateTimeOffset? until, string what, DateTimeOffset now)
    {
        string remedy = $"write monitorUntil: at most {(int)PolicyLimits.Monitor.TotalDays} days from now, or mode: enforce and open a window with exeat monitor start";
        if (until is not { } end) throw new Refused(StatusCodes.Status422UnprocessableEntity, "monitor-without-end", $"{what} is in monitor and says no end", remedy);
        if (end - now > PolicyLimits.Monitor) throw new Refused(StatusCodes.Status422UnprocessableEntity, "monitor-too-long", $"{what} is in monitor until {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC", remedy);
    }
}
