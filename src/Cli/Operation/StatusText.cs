using System.Globalization;
using Exeat.Api;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary>A gateway's status for people: one line for each matter, the most important first, and one command at the end.</summary>
internal static class StatusText
{
    public static void Write(GatewayStatus status, CommandOutput output)
    {
        TextWriter data = output.Data;
        void Line(string name, string text) => data.WriteLine($"{name,-9} {text}");

        Line("state", $"{(status.Enforcing ? "ENFORCING" : "NOT ENFORCING")} since {Moment(status.Since)}");
        foreach (string alarm in status.Alarms) Line("ALARM", TerminalText.Escape(alarm));
        Line("mode", $"declared {TerminalText.Escape(status.DeclaredMode)}, effective {TerminalText.Escape(status.EffectiveMode)}");
        Line("gateway", $"{TerminalText.Escape(status.Gateway)}, process {status.Pid}, release {TerminalText.Escape(status.Product)}, ready since {Moment(status.Started)}");
        Line("policy", $"{Short(status.Policy.Version)}, generation {status.Policy.Generation}, {status.Policy.Rules} rules; agents document {Short(status.Policy.AgentsHash)}");
        Line("agents", Agents(status.Agents));
        Line("locks", $"drop table {Yes(status.Locks.DropTable)}, routing rules {Yes(status.Locks.RoutingRules)}, data table {Yes(status.Locks.DataTable)}, checksum rules {Yes(status.Locks.ChecksumRules)}");
        Line("queue", $"{status.Queue.Number} ({TerminalText.Escape(status.Queue.Kind)}), {status.Queue.Judged} packets judged, {status.Queue.Overruns} overruns");
        Line("flows", $"{status.Flows} live, {status.Pending} pending; {status.Bindings} bindings");
        Line("journal", Journal(status.Journal));
        Line("reload", Reload(status.LastReload));
        Line("denial", Denial(status.LastDenial));
        Line("next", StatusAdvice.Of(status));
    }

    private static string Agents(AgentsStatus agents)
    {
        string counts = $"{agents.Enforced} enforced, {agents.Monitored} in monitor";
        if (agents.Quarantined.IsEmpty) return counts + ", none quarantined";
        const int Shown = 8;
        string more = agents.Quarantined.Length > Shown ? $" and {agents.Quarantined.Length - Shown} more" : "";
        return $"{counts}, {agents.Quarantined.Length} quarantined: {string.Join(", ", agents.Quarantined.Take(Shown).Select(TerminalText.Escape))}{more}";
    }

    private static string Journal(JournalStatus journal) =>
        (journal.Writable ? "writable" : $"NOT WRITABLE, nothing new is permitted: {TerminalText.Escape(journal.LastError)}") + $", {Size(journal.Bytes)} of {Size(journal.MaxBytes)} in {TerminalText.Escape(journal.Dir)}";

    private static string Reload(ReloadStatus? reload) => reload switch
    {
        null => "none since the start",
        { Applied: true } => $"applied at {Moment(reload.Time)}",
        _ => $"REFUSED at {Moment(reload.Time)}, the policy before stays: {TerminalText.Escape(reload.Problems.FirstOrDefault())}",
    };

    private static string Denial(DenialStatus? denial)
    {
        if (denial is null) return "none in the newest records";
        string to = denial.Destination is null ? "" : $"{TerminalText.Escape(denial.Destination)}:{denial.Port}";
        string name = denial.Name is null ? to : $"{TerminalText.EscapeName(denial.Name)} ({to})";
        return $"{Moment(denial.Time)} {TerminalText.Escape(denial.Agent ?? "an unknown agent")} → {name}: {TerminalText.Escape(denial.Reason)} by {TerminalText.Escape(denial.Rule)}"
            + (denial.Enforced ? "" : ", let pass in monitor") + (denial.Id is null ? "" : $", id {TerminalText.Escape(denial.Id)}");
    }

    private static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Short(string hash) => TerminalText.Escape(hash.Length > 12 ? hash[..12] : hash);

    private static string Yes(bool holds) => holds ? "in place" : "MISSING";

    private static string Size(long bytes) => bytes < 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");
}
