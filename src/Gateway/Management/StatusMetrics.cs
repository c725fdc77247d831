using Exeat.Api;
using Exeat.Gateway.Records;

namespace Exeat.Gateway.Management;

/// <summary>The numbers of a status beside those of the data path's parts. Labels are words and hashes of ours.</summary>
internal static class StatusMetrics
{
    /// <summary>Registers all of them; each reading looks at most once a second at the kernel.</summary>
    public static void Register(GatewayMetrics metrics, Func<GatewayStatus> look)
    {
        metrics.Labelled("exeat_build", "The running release; always 1.", MetricKind.Gauge, () => [($"version=\"{Word(Product.Version)}\"", 1)]);
        metrics.Gauge("exeat_enforcing", "1 while both locks, the data table and the checksum rules are in place and no agent is in monitor.", () => look().Enforcing ? 1 : 0);
        metrics.Gauge("exeat_enforcing_since_seconds", "Unix time since when exeat_enforcing is what it is.", () => look().Since.ToUnixTimeSeconds());
        metrics.Gauge("exeat_start_time_seconds", "Unix time at which the gateway became ready.", () => look().Started.ToUnixTimeSeconds());
        metrics.Labelled("exeat_mode", "1 for the mode that is declared, and for the one that holds.", MetricKind.Gauge,
            () => [($"kind=\"declared\",mode=\"{Word(look().DeclaredMode)}\"", 1), ($"kind=\"effective\",mode=\"{Word(look().EffectiveMode)}\"", 1)]);
        metrics.Gauge("exeat_alarms", "Things that are not as declared.", () => look().Alarms.Length);
        metrics.Labelled("exeat_lock", "1 while a lock, the data table or the checksum rules are in the kernel as they were loaded.", MetricKind.Gauge,
            () => [("lock=\"drop_table\"", One(look().Locks.DropTable)), ("lock=\"routing_rules\"", One(look().Locks.RoutingRules)), ("lock=\"data_table\"", One(look().Locks.DataTable)),
                ("lock=\"checksum_rules\"", One(look().Locks.ChecksumRules))]);
        metrics.Labelled("exeat_policy", "The policy in force; always 1.", MetricKind.Gauge, () => [($"version=\"{Word(look().Policy.Version)}\",agents=\"{Word(look().Policy.AgentsHash)}\"", 1)]);
        metrics.Gauge("exeat_policy_generation", "Number under which the kernel knows the policy.", () => look().Policy.Generation);
        metrics.Gauge("exeat_policy_rules", "Rules of the policy in force.", () => look().Policy.Rules);
        metrics.Labelled("exeat_agents", "Agents by effective mode, and those in quarantine.", MetricKind.Gauge,
            () => [("mode=\"enforce\"", look().Agents.Enforced), ("mode=\"monitor\"", look().Agents.Monitored), ("mode=\"quarantine\"", look().Agents.Quarantined.Length)]);
    }

    private static long One(bool holds) => holds ? 1 : 0;

    // Hashes and versions are of our making; whatever else could break a line is left out.
    private static string Word(string value) => string.Concat(value.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '-' or '_'));
}
