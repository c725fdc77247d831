using Exeat.Flows;

namespace Exeat.Control.Alerts;

/// <summary>What people did that others should know at once: quarantine, release, break-glass.</summary>
internal static class AuditAlerts
{
    public static Alert? Look(AuditRow row)
    {
        AlertEvent? what = row.Action switch
        {
            "agent.quarantine" or "agent.release" => AlertEvent.Quarantine,
            _ when row.Action.StartsWith("break-glass", StringComparison.Ordinal) => AlertEvent.BreakGlass,
            _ => null,
        };
        if (what is null) return null;
        string target = TerminalText.Escape(row.Target), actor = TerminalText.Escape(row.Actor);
        return new Alert
        {
            Event = what,
            // Each time it is done is one of its own.
            Key = row.Seq.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Title = row.Action switch
            {
                "agent.quarantine" => $"agent {target} is quarantined",
                "agent.release" => $"agent {target} is released from quarantine",
                _ => $"break-glass: {TerminalText.Escape(row.Action)} {target}",
            },
            Text = $"By {actor}, audit row {row.Seq}: {TerminalText.EscapeName(row.Details)}",
            Agent = what == AlertEvent.Quarantine ? row.Target : null,
        };
    }
}
