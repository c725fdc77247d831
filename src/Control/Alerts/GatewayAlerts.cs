using System.Globalization;
using Exeat.Control.Gateways;
using Exeat.Flows;

namespace Exeat.Control.Alerts;

/// <summary>What the state of gateways raises. Pure: the same gateways at the same moment raise the same.</summary>
internal static class GatewayAlerts
{
    public static IEnumerable<Alert> Look(IEnumerable<WatchedGateway> gateways, DateTimeOffset now) => gateways.SelectMany(gateway => Look(gateway, now));

    private static IEnumerable<Alert> Look(WatchedGateway gateway, DateTimeOffset now)
    {
        string id = TerminalText.Escape(gateway.Id);
        if (gateway.LastSeen is { } seen && now - seen > GatewayThresholds.DownAlertAfter)
            yield return Of(AlertEvent.GatewayDown, gateway, $"gateway {id} is silent", $"It was heard of last at {Time(seen)}. What it permits and refuses does not depend on control; nobody sees its records until it is back.");
        if (gateway.Lag is { } lag && lag > GatewayThresholds.LaggingAlertAfter)
            yield return Of(AlertEvent.GatewayLagging, gateway, $"records of gateway {id} come late", string.Create(CultureInfo.InvariantCulture, $"Its oldest record that control does not have has waited {lag.TotalMinutes:0} minutes."));
        if (gateway is { DeclaredMode: { } declared, EffectiveMode: { } effective } && declared != effective)
            yield return Of(AlertEvent.ModeMismatch, gateway, $"gateway {id} is not in the mode that is declared", $"Declared is {TerminalText.Escape(declared)}, in effect is {TerminalText.Escape(effective)}. {string.Join(' ', gateway.Alarms.Take(3).Select(TerminalText.Escape))}".TrimEnd());
        if (gateway is { JournalMaxBytes: > 0 } && gateway.JournalBytes >= gateway.JournalMaxBytes * GatewayThresholds.JournalFull)
            yield return Of(AlertEvent.JournalFilling, gateway, $"the journal of gateway {id} fills up", string.Create(CultureInfo.InvariantCulture, $"{gateway.JournalBytes} of {gateway.JournalMaxBytes} bytes are used; when it is full, the oldest records are deleted."));
        if (gateway.CertificateEnds is { } ends && ends - now < GatewayThresholds.CertificateWithin)
            yield return Of(AlertEvent.CertificateExpiring, gateway, $"the certificate of gateway {id} ends soon", $"It ends at {Time(ends)}. Enforcement goes on without it; records and policies do not come through.");
        if (gateway.Skew is { } skew && skew.Duration() > GatewayThresholds.SkewBeyond)
            yield return Of(AlertEvent.ClockSkew, gateway, $"the clock of gateway {id} is off", string.Create(CultureInfo.InvariantCulture, $"It differs from control's by {skew.TotalSeconds:0} s."));
    }

    /// <summary>Records lost since the last look: raised by the growth of a counter, so once for each loss.</summary>
    public static Alert? Lost(WatchedGateway gateway, long before) => gateway.Lost <= before ? null
        : Of(AlertEvent.RecordsLost, gateway, $"gateway {TerminalText.Escape(gateway.Id)} lost records", string.Create(CultureInfo.InvariantCulture, $"{gateway.Lost - before} records were lost since the last look, {gateway.Lost} in all."));

    private static Alert Of(AlertEvent what, WatchedGateway gateway, string title, string text) => new() { Event = what, Key = gateway.Id, Title = title, Text = text, Gateway = gateway.Id };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";
}
