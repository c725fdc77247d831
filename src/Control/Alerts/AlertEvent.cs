using System.Collections.Immutable;

namespace Exeat.Control.Alerts;

/// <summary>What can be raised. The word never changes: it is the name of the runbook and what programs look for.</summary>
/// <param name="Word">The word.</param>
/// <param name="Severity"><c>info</c>, <c>warning</c> or <c>critical</c>.</param>
/// <param name="IsCondition">Whether it holds until it is over (and is then said to be), rather than happened once.</param>
internal sealed record AlertEvent(string Word, string Severity, bool IsCondition)
{
    public static readonly AlertEvent GatewayDown = new("gateway-down", "critical", true);
    public static readonly AlertEvent GatewayLagging = new("gateway-lagging", "warning", true);
    public static readonly AlertEvent ModeMismatch = new("mode-mismatch", "critical", true);
    public static readonly AlertEvent RecordsLost = new("records-lost", "critical", false);
    public static readonly AlertEvent JournalFilling = new("journal-filling", "warning", true);
    public static readonly AlertEvent DenyListHit = new("deny-list-hit", "warning", false);
    public static readonly AlertEvent FirstSeenDestination = new("first-seen-destination", "info", false);
    public static readonly AlertEvent DeniedAfterPermit = new("denied-after-permit", "warning", false);
    public static readonly AlertEvent ExpiryNear = new("expiry-near", "warning", true);
    public static readonly AlertEvent CertificateExpiring = new("certificate-expiring", "warning", true);
    public static readonly AlertEvent ClockSkew = new("clock-skew", "warning", true);
    public static readonly AlertEvent Quarantine = new("quarantine", "warning", false);
    public static readonly AlertEvent BreakGlass = new("break-glass", "critical", false);
    public static readonly AlertEvent ForwardingFailing = new("forwarding-failing", "warning", true);
    public static readonly AlertEvent StoreFull = new("store-full", "critical", true);
    public static readonly AlertEvent Test = new("test", "info", false);

    /// <summary>Each of them, in the order of docs/control/alerts.md.</summary>
    public static ImmutableArray<AlertEvent> All { get; } =
    [
        GatewayDown, GatewayLagging, ModeMismatch, RecordsLost, JournalFilling, DenyListHit, FirstSeenDestination, DeniedAfterPermit, ExpiryNear, CertificateExpiring, ClockSkew, Quarantine,
        BreakGlass, ForwardingFailing, StoreFull, Test,
    ];

    /// <summary>The severities, mildest first.</summary>
    public static ImmutableArray<string> Severities { get; } = ["info", "warning", "critical"];

    /// <summary>Where the runbook lies.</summary>
    public string Runbook => $"docs/runbooks/{Word}.md";

    /// <summary>The event of this word; null: there is none.</summary>
    public static AlertEvent? Of(string word) => All.FirstOrDefault(known => known.Word == word);
}
