using System.Globalization;
using Exeat.Flows;

namespace Exeat.Control.Alerts;

/// <summary>What single records raise. Whether a destination was seen before is answered from memory first; the store is the truth.</summary>
internal sealed class FlowAlerts(ISeenFlows store, TimeProvider time)
{
    /// <summary>How far back a permit makes a denial worth an alert.</summary>
    public static readonly TimeSpan PermittedWithin = TimeSpan.FromDays(7);

    // Questions to the store a minute, and kinds of destination remembered: an agent that tries new names all the time costs so much and no more.
    private const int AsksPerMinute = 120, MaxRemembered = 50_000, MostLater = 1000;

    private readonly BoundedSet _seen = new(MaxRemembered), _denied = new(MaxRemembered);
    private readonly List<(BoundedSet Set, string Key)> _learnt = [];
    // What came later of the same destination would make it known: the question is put for the record that it is about.
    private readonly Queue<(FlowEvent Read, string Where, bool IsRefusal)> _later = [];
    private DateTimeOffset _minute;
    private int _asked;
    private long _unaskedNow;

    /// <summary>Records whose question was not put to the store, because too many had been or the store could not answer for long.</summary>
    public long Unasked { get; private set; }

    /// <summary>Of the records since the last <see cref="Keep"/> or <see cref="Forget"/>: questions that were put to the store.</summary>
    public int Asked { get; private set; }

    /// <summary>Of the records since the last <see cref="Keep"/> or <see cref="Forget"/>: those that the store could not answer for and that were passed over.</summary>
    public int PassedOver { get; private set; }

    /// <summary>What the records said since the last time is raised: it is known from now on.</summary>
    public void Keep()
    {
        Unasked += _unaskedNow;
        Begin();
    }

    /// <summary>The same records will be looked at again, since an answer or an alert was lost: what they said is not known yet, and what they asked was not asked.</summary>
    public void Forget()
    {
        foreach ((BoundedSet set, string key) in _learnt) set.Remove(key);
        _asked = Math.Max(0, _asked - Asked);
        Begin();
    }

    /// <summary>Puts the questions of records that were passed over, until the store cannot answer one again. After a restart of control there are none.</summary>
    public async ValueTask<IReadOnlyList<Alert>> LookAgainAsync(CancellationToken cancel)
    {
        List<Alert> raised = [];
        while (_later.Count > 0 && HasBudget() && MayAsk())
        {
            (FlowEvent read, string where, bool isRefusal) = _later.Dequeue();
            try
            {
                if (await AskAsync(read, where, isRefusal, cancel) is { } alert) raised.Add(alert);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                _later.Enqueue((read, where, isRefusal));
                PassedOver++;
                break;
            }
        }
        return raised;
    }

    /// <summary>What a record raises.</summary>
    /// <param name="read">The record.</param>
    /// <param name="passOver">A question that the store cannot answer is passed over, counted, and put again by <see cref="LookAgainAsync"/>; else it throws.</param>
    /// <param name="cancel">Ends it.</param>
    public async ValueTask<IReadOnlyList<Alert>> LookAsync(FlowEvent read, bool passOver, CancellationToken cancel)
    {
        if (read.Flow is null) return Lost(read) is { } lost ? [lost] : [];
        if (read.Verdict is null or "pending") return [];
        List<Alert> raised = [];
        if (read is { Verdict: "deny", Reason: "denied-by-rule" }) raised.Add(DenyListHit(read));
        if (read.Agent is null || Where(read) is not { } where) return raised;
        bool isRefusal = read.Verdict == "deny" && read.Enforced == true;
        BoundedSet known = isRefusal ? _denied : _seen;
        if (!IsNew(known, Key(read, where)) || !MayAsk()) return raised;
        try
        {
            if (await AskAsync(read, where, isRefusal, cancel) is { } alert) raised.Add(alert);
        }
        catch (Exception failure) when (passOver && failure is not OperationCanceledException)
        {
            _unaskedNow++;
            PassedOver++;
            if (_later.Count < MostLater) _later.Enqueue((read, where, isRefusal));
            else known.Remove(Key(read, where));
        }
        return raised;
    }

    private async ValueTask<Alert?> AskAsync(FlowEvent read, string where, bool isRefusal, CancellationToken cancel)
    {
        if (!isRefusal) return await store.SeenBeforeAsync(read, where, cancel) ? null : FirstSeen(read, where);
        // A policy that changed on purpose refuses at once what went on before: that is the same finding.
        return await store.PermittedAsync(read, where, time.GetUtcNow() - PermittedWithin, cancel) is { } before ? DeniedAfterPermit(read, where, before) : null;
    }

    private void Begin()
    {
        _learnt.Clear();
        (Asked, _unaskedNow, PassedOver) = (0, 0, 0);
    }

    // The name where there is one, else the address: with thousands of addresses behind one name, addresses are no news.
    private static string? Where(FlowEvent read) =>
        (read.Names.FirstOrDefault(name => name.Source is "sni" or "host") ?? read.Names.FirstOrDefault(name => name.Source == "question") ?? read.Names.FirstOrDefault(name => name.Source == "binding"))?.Name ?? read.Destination;

    private static string Key(FlowEvent read, string where) => string.Create(CultureInfo.InvariantCulture, $"{read.Class ?? read.Agent} {where} {(read.Stage == "dns" ? 53 : read.Port)}");

    private bool IsNew(BoundedSet set, string key)
    {
        if (!set.Add(key)) return false;
        _learnt.Add((set, key));
        return true;
    }

    private bool HasBudget()
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now - _minute >= TimeSpan.FromMinutes(1)) (_minute, _asked) = (now, 0);
        return _asked < AsksPerMinute;
    }

    private bool MayAsk()
    {
        if (HasBudget())
        {
            _asked++;
            Asked++;
            return true;
        }
        _unaskedNow++;
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
