using System.Globalization;
using Exeat.Flows;

namespace Exeat.Control.Alerts;

/// <summary>What single records raise. Whether a destination was seen before is answered from memory first; the store is the truth.</summary>
internal sealed class FlowAlerts(ISeenFlows store, TimeProvider time)
{
    /// <summary>How far back a permit makes a denial worth an alert.</summary>
    public static readonly TimeSpan PermittedWithin = TimeSpan.FromDays(7);

    // Questions to the store a minute, and kinds of destination remembered: an agent that tries new names all the time costs so much and no more.
    private const int AsksPerMinute = 120, MaxRemembered = 50_000;

    private readonly BoundedSet _seen = new(MaxRemembered), _denied = new(MaxRemembered);
    private DateTimeOffset _minute;
    private int _asked;

    /// <summary>Records whose question was not put to the store because too many had been.</summary>
    public long Unasked { get; private set; }

    public async ValueTask<IReadOnlyList<Alert>> LookAsync(FlowEvent read, CancellationToken cancel)
    {
        if (read.Flow is null) return Lost(read) is { } lost ? [lost] : [];
        if (read.Verdict is null or "pending") return [];
        List<Alert> raised = [];
        if (read is { Verdict: "deny", Reason: "denied-by-rule" }) raised.Add(DenyListHit(read));
        if (read.Agent is null || Where(read) is not { } where) return raised;
        if (read.Verdict == "deny" && read.Enforced == true)
        {
            // A policy that changed on purpose refuses at once what went on before: that is the same finding.
            if (_denied.Add(Key(read, where)) && MayAsk() && await store.PermittedAsync(read, where, time.GetUtcNow() - PermittedWithin, cancel) is { } before) raised.Add(DeniedAfterPermit(read, where, before));
        }
        else if (_seen.Add(Key(read, where)) && MayAsk() && !await store.SeenBeforeAsync(read, where, cancel)) raised.Add(FirstSeen(read, where));
        return raised;
    }

    // The name where there is one, else the address: with thousands of addresses behind one name, addresses are no news.
    private static string? Where(FlowEvent read) =>
        (read.Names.FirstOrDefault(name => name.Source is "sni" or "host") ?? read.Names.FirstOrDefault(name => name.Source == "question") ?? read.Names.FirstOrDefault(name => name.Source == "binding"))?.Name ?? read.Destination;

    private static string Key(FlowEvent read, string where) => string.Create(CultureInfo.InvariantCulture, $"{read.Class ?? read.Agent} {where} {(read.Stage == "dns" ? 53 : read.Port)}");

    private bool MayAsk()
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now - _minute >= TimeSpan.FromMinutes(1)) (_minute, _asked) = (now, 0);
        if (_asked < AsksPerMinute)
        {
            _asked++;
            return true;
        }
        Unasked++;
        return false;
    }

    private static Alert? Lost(FlowEvent read) => read.Reason is not ("journal-unwritable" or "journal-damaged") ? null : new Alert
    {
        Event = AlertEvent.RecordsLost,
        Key = $"{read.Gateway} {read.Reason}",
        Title = $"gateway {TerminalText.Escape(read.Gateway)} lost records",
        Text = string.Create(CultureInfo.InvariantCulture, $"Its journal says {read.Reason}, {read.Count} events. {TerminalText.EscapeName(read.Note)}").TrimEnd(),
        Gateway = read.Gateway,
        Agent = read.Agent,
        Record = read.Id,
    };

    private static Alert DenyListHit(FlowEvent read) => new()
    {
        Event = AlertEvent.DenyListHit,
        // Not by name: whoever floods with names raises one alert.
        Key = $"{read.Agent} {read.Rule}",
        Title = $"agent {TerminalText.Escape(read.Agent ?? "unknown")} tried what rule {TerminalText.Escape(read.Rule)} denies",
        Text = Tried(read),
        Gateway = read.Gateway,
        Agent = read.Agent,
        Record = read.Flow,
    };

    private static Alert FirstSeen(FlowEvent read, string where) => new()
    {
        Event = AlertEvent.FirstSeenDestination,
        Key = Key(read, where),
        Title = $"{Who(read)} reached {TerminalText.EscapeName(where)} for the first time",
        Text = Tried(read),
        Gateway = read.Gateway,
        Agent = read.Agent,
        Record = read.Flow,
    };

    private static Alert DeniedAfterPermit(FlowEvent read, string where, string before) => new()
    {
        Event = AlertEvent.DeniedAfterPermit,
        Key = Key(read, where),
        Title = $"{TerminalText.EscapeName(where)} is refused to {Who(read)}, and was permitted in the last seven days",
        Text = $"{Tried(read)} The last permit: {TerminalText.EscapeName(before)}.",
        Gateway = read.Gateway,
        Agent = read.Agent,
        Record = read.Flow,
    };

    private static string Who(FlowEvent read) => read.Class is null ? $"agent {TerminalText.Escape(read.Agent)}" : $"class {TerminalText.Escape(read.Class)}";

    private static string Tried(FlowEvent read)
    {
        string name = TerminalText.EscapeName(read.Names.Count > 0 ? read.Names[0].Name : null), address = TerminalText.Escape(read.Destination);
        string where = name.Length == 0 ? address : address.Length == 0 ? name : $"{name} ({address})";
        string port = read.Port > 0 ? string.Create(CultureInfo.InvariantCulture, $" port {read.Port}") : "";
        return $"{TerminalText.Escape(read.Agent ?? "unknown agent")} to {where}{port}: {(read.WouldDeny ? "would be refused" : read.Verdict == "deny" ? "refused" : "let through")} by {TerminalText.Escape(read.Rule)} ({TerminalText.Escape(read.Reason)}).";
    }
}
