using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Alerts;

/// <summary>What was raised. The same key within the window is one alert that is counted; a condition is one alert until it is over. A new one is given to each channel that wants it, in the same transaction.</summary>
internal sealed class AlertDesk(Database database, TimeProvider time)
{
    /// <summary>Within it the same key does not raise a second alert.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>Of one event in one window; what is more is counted in one alert that says so. Whoever can make events cannot make alerts without end.</summary>
    public const int MaxOfEvent = 200;

    private const int KeepDays = 90, MaxKept = 100_000;
    private const string MoreKey = "\u0000more";
    private const string Columns = "id, event, severity, title, text, gateway, agent, record, first, last, count, ended";

    private long _raised, _repeated;

    /// <summary>Alerts raised since the start, and repetitions that were counted.</summary>
    public (long Raised, long Repeated) Counts => (Interlocked.Read(ref _raised), Interlocked.Read(ref _repeated));

    /// <summary>Raises it, or counts it with the one that is there. True: it is new.</summary>
    public bool Raise(Alert alert)
    {
        bool isNew = database.Change(transaction => Raise(transaction, alert));
        Interlocked.Increment(ref isNew ? ref _raised : ref _repeated);
        return isNew;
    }

    /// <summary>Conditions of this event that are open and not among these are over: their channels hear of it.</summary>
    public void Settle(AlertEvent what, IReadOnlySet<string> holding)
    {
        string[] over = [.. Open(what).Where(key => !holding.Contains(key))];
        if (over.Length == 0) return;
        database.Change(transaction =>
        {
            foreach (string key in over)
            {
                foreach (string id in transaction.List("SELECT id FROM alerts WHERE event = $event AND key = $key AND ended IS NULL", row => row.GetString(0), ("$event", what.Word), ("$key", key)))
                {
                    transaction.Run("UPDATE alerts SET ended = $now WHERE id = $id", ("$now", time.GetUtcNow()), ("$id", id));
                    Deliver(transaction, id, what, "resolved");
                }
            }
        });
    }

    /// <summary>Alerts, newest first.</summary>
    public Page<RaisedAlert> List(PageRequest page, string? word, bool openOnly)
    {
        using SqliteConnection connection = database.Open();
        List<RaisedAlert> rows = connection.List(
            $"SELECT {Columns} FROM alerts WHERE ($after IS NULL OR id < $after) AND ($event IS NULL OR event = $event) AND (NOT $open OR ended IS NULL) ORDER BY id DESC LIMIT $limit",
            Read, ("$after", page.After), ("$event", word), ("$open", openOnly), ("$limit", page.Limit + 1));
        return page.Page(rows, alert => alert.Id);
    }

    /// <summary>One alert; null: there is none.</summary>
    public RaisedAlert? Find(string id)
    {
        using SqliteConnection connection = database.Open();
        return connection.List($"SELECT {Columns} FROM alerts WHERE id = $id", Read, ("$id", id)).FirstOrDefault();
    }

    /// <summary>How many conditions are open, by event.</summary>
    public IReadOnlyList<(string Event, long Count)> OpenCounts()
    {
        using SqliteConnection connection = database.Open();
        return connection.List("SELECT event, COUNT(*) FROM alerts WHERE ended IS NULL GROUP BY event", row => (row.GetString(0), row.GetInt64(1)));
    }

    /// <summary>Takes away what is old, or too much.</summary>
    public void Tidy() => database.Change(transaction =>
    {
        transaction.Run("DELETE FROM alerts WHERE first < $old", ("$old", time.GetUtcNow().AddDays(-KeepDays)));
        transaction.Run("DELETE FROM alerts WHERE id <= (SELECT id FROM alerts ORDER BY id DESC LIMIT 1 OFFSET $most)", ("$most", MaxKept));
    });

    private bool Raise(SqliteTransaction transaction, Alert alert)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (Count(transaction, alert.Event, alert.Key, now)) return false;
        long lately = transaction.Scalar<long>("SELECT COUNT(*) FROM alerts WHERE event = $event AND first > $since", ("$event", alert.Event.Word), ("$since", now - Window));
        if (lately >= MaxOfEvent)
        {
            if (Count(transaction, alert.Event, MoreKey, now)) return false;
            alert = alert with { Key = MoreKey, Title = $"more of {alert.Event.Word} than can be told one by one", Text = $"More than {MaxOfEvent} in an hour. The next ones are counted here; the flows have each.", Record = null, Agent = null, Gateway = null };
        }
        string id = Guid.CreateVersion7(now).ToString();
        transaction.Run("INSERT INTO alerts VALUES ($id, $event, $key, $severity, $title, $text, $gateway, $agent, $record, $now, $now, 1, NULL)",
            ("$id", id), ("$event", alert.Event.Word), ("$key", alert.Key), ("$severity", alert.Event.Severity), ("$title", alert.Title), ("$text", alert.Text), ("$gateway", alert.Gateway),
            ("$agent", alert.Agent), ("$record", alert.Record), ("$now", now));
        if (!alert.Event.IsCondition) transaction.Run("UPDATE alerts SET ended = $now WHERE id = $id", ("$now", now), ("$id", id));
        Deliver(transaction, id, alert.Event, "raised");
        return true;
    }

    // A condition that is open goes on; what happened once is the same within the window from its first time.
    private static bool Count(SqliteTransaction transaction, AlertEvent what, string key, DateTimeOffset now) => transaction.Run(
        "UPDATE alerts SET count = count + 1, last = $now WHERE id = (SELECT id FROM alerts WHERE event = $event AND key = $key AND (($condition AND ended IS NULL) OR (NOT $condition AND first > $since)) ORDER BY first DESC LIMIT 1)",
        ("$now", now), ("$event", what.Word), ("$key", key), ("$condition", what.IsCondition), ("$since", now - Window)) > 0;

    private void Deliver(SqliteTransaction transaction, string id, AlertEvent what, string state)
    {
        foreach (AlertChannel channel in AlertChannels.All(transaction).Where(channel => AlertChannels.Wants(channel, what)))
        {
            transaction.Run("INSERT OR IGNORE INTO alert_deliveries VALUES ($alert, $channel, $state, 0, $now)", ("$alert", id), ("$channel", channel.Name), ("$state", state), ("$now", time.GetUtcNow()));
        }
    }

    private List<string> Open(AlertEvent what)
    {
        using SqliteConnection connection = database.Open();
        return connection.List("SELECT key FROM alerts WHERE event = $event AND ended IS NULL", row => row.GetString(0), ("$event", what.Word));
    }

    private static RaisedAlert Read(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Event = row.GetString(1),
        State = !row.IsDBNull(11) && AlertEvent.Of(row.GetString(1)) is { IsCondition: true } ? "resolved" : "raised",
        Severity = row.GetString(2),
        Title = row.GetString(3),
        Text = row.GetString(4),
        Gateway = row.GetTextOrNull(5),
        Agent = row.GetTextOrNull(6),
        Record = row.GetTextOrNull(7),
        Runbook = $"docs/runbooks/{row.GetString(1)}.md",
        First = row.GetTime(8),
        Last = row.GetTime(9),
        Count = row.GetInt64(10),
        Ended = row.GetTimeOrNull(11),
    };
}
