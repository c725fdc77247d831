using Exeat.Api.Control;
using Exeat.Control.Export;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Alerts;

/// <summary>Brings alerts that wait to their channels: each channel by itself, at its rate, with tries further and further apart. What is given up is counted and shown.</summary>
internal sealed class AlertDelivery(Database database, AlertDesk desk, AlertChannels channels, AlertSender sender, TimeProvider time)
{
    /// <summary>Waits between tries; after the last the message is given up.</summary>
    public static IReadOnlyList<TimeSpan> Waits { get; } = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15)];

    private readonly Dictionary<string, (DateTimeOffset From, int Count)> _rates = [];

    /// <summary>Sends what is due; gives how many were tried.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancel)
    {
        (string Channel, string Alert, string State, int Attempts)[] due = Due();
        // One far side that hangs does not hold up the others.
        await Task.WhenAll(due.GroupBy(one => one.Channel).Select(async group =>
        {
            foreach ((string channel, string alert, string state, int attempts) in group) await TryAsync(channel, alert, state, attempts, cancel);
        }));
        return due.Length;
    }

    /// <summary>Sends a test to one channel, at once and once.</summary>
    public async Task<TestOutcome> TestAsync(string name, CancellationToken cancel)
    {
        AlertChannel channel = channels.Get(name);
        DateTimeOffset now = time.GetUtcNow();
        var test = new RaisedAlert
        {
            Id = Guid.CreateVersion7(now).ToString(),
            Event = AlertEvent.Test.Word,
            State = "raised",
            Severity = AlertEvent.Test.Severity,
            Title = "this is a test",
            Text = $"Somebody asked control to test the channel {name}.",
            Runbook = AlertEvent.Test.Runbook,
            First = now,
            Last = now,
            Count = 1,
        };
        try
        {
            await sender.SendAsync(channel, channels.Secret(name), test, cancel);
            Note(name, "sent = sent + 1, last_sent = $now, last_error = NULL", null);
            return new TestOutcome(true, $"{channel.Kind} took it");
        }
        catch (OutboundException failed)
        {
            Note(name, "failed = failed + 1, last_error = $error", failed.Message);
            return new TestOutcome(false, failed.Message);
        }
    }

    private (string, string, string, int)[] Due()
    {
        using SqliteConnection connection = database.Open();
        return [.. connection.List("SELECT channel, alert, state, attempts FROM alert_deliveries WHERE due <= $now ORDER BY due, alert LIMIT 200",
            row => (row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3)), ("$now", time.GetUtcNow()))];
    }

    private async Task TryAsync(string name, string id, string state, int attempts, CancellationToken cancel)
    {
        if (channels.Find(name) is not { } channel || desk.Find(id) is not { } alert) return;
        if (!channel.Enabled)
        {
            Forget(name, id, state);
            return;
        }
        if (!MayGo(channel))
        {
            Forget(name, id, state);
            Note(name, "suppressed = suppressed + 1", null);
            return;
        }
        try
        {
            await sender.SendAsync(channel, channels.Secret(name), alert with { State = state }, cancel);
            Forget(name, id, state);
            Note(name, "sent = sent + 1, last_sent = $now, last_error = NULL", null);
        }
        catch (OutboundException failed)
        {
            if (failed.IsFinal || attempts >= Waits.Count)
            {
                Forget(name, id, state);
                Note(name, "failed = failed + 1, last_error = $error", failed.Message);
                return;
            }
            TimeSpan wait = failed.RetryAfter is { } asked && asked > Waits[attempts] ? asked : Waits[attempts];
            database.Change(transaction => transaction.Run("UPDATE alert_deliveries SET attempts = attempts + 1, due = $due WHERE channel = $channel AND alert = $alert AND state = $state",
                ("$due", time.GetUtcNow() + wait), ("$channel", name), ("$alert", id), ("$state", state)));
            Note(name, "last_error = $error", failed.Message);
        }
    }

    // A try again counts like any other: the rate is what the far side sees.
    private bool MayGo(AlertChannel channel)
    {
        lock (_rates)
        {
            DateTimeOffset now = time.GetUtcNow();
            (DateTimeOffset from, int count) = _rates.GetValueOrDefault(channel.Name);
            if (now - from >= TimeSpan.FromMinutes(1)) (from, count) = (now, 0);
            if (count >= channel.PerMinute) return false;
            _rates[channel.Name] = (from, count + 1);
            return true;
        }
    }

    private void Forget(string channel, string alert, string state) => database.Change(transaction =>
        transaction.Run("DELETE FROM alert_deliveries WHERE channel = $channel AND alert = $alert AND state = $state", ("$channel", channel), ("$alert", alert), ("$state", state)));

    private void Note(string channel, string changes, string? error) => database.Change(transaction =>
        transaction.Run($"UPDATE alert_channels SET {changes} WHERE name = $channel", ("$channel", channel), ("$now", time.GetUtcNow()), ("$error", error)));
}
