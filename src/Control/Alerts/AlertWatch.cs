using Exeat.Control.Export;
using Exeat.Control.Gateways;
using Exeat.Control.Storage;
using Exeat.Flows;
using Exeat.Store;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Alerts;

/// <summary>Looks at everything that can raise an alert, each round: records since the last one, gateways, audit rows, the store, forwarding, what expires. Where it was is kept, so a restart of control misses nothing.</summary>
internal sealed class AlertWatch(AlertDesk desk, FlowAlerts flows, IRecordFeed feed, IGatewayList gateways, IExpiries expiries, ForwardingTargets targets, Func<StoreStatus> store, Database database, TimeProvider time)
{
    private const int MaxRecords = 2000, MaxRows = 500;

    // About a minute of rounds.
    private const int MostRepeats = 30;
    private static readonly TimeSpan ForwardingPatience = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, long> _lost = [];
    private IReadOnlyList<WatchedGateway> _gateways = [];
    private int _repeats;

    /// <summary>The gateways as of the last round.</summary>
    public IReadOnlyList<WatchedGateway> Gateways => _gateways;

    /// <summary>Records whose history was not looked up.</summary>
    public long Unasked => flows.Unasked;

    /// <summary>Age of the last record that was looked at, while there were more.</summary>
    public double LagSeconds { get; private set; }

    public bool IsUp(WatchedGateway gateway) => gateway.LastSeen is { } seen && time.GetUtcNow() - seen <= GatewayThresholds.DownAlertAfter;

    /// <summary>One round; true: more records wait.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancel)
    {
        LookAtGateways();
        LookAtControl();
        LookAtAudit();
        return await LookAtRecordsAsync(cancel);
    }

    private void LookAtGateways()
    {
        _gateways = gateways.All();
        Holding(GatewayAlerts.Look(_gateways, time.GetUtcNow()), AlertEvent.GatewayDown, AlertEvent.GatewayLagging, AlertEvent.ModeMismatch, AlertEvent.JournalFilling, AlertEvent.CertificateExpiring, AlertEvent.ClockSkew);
        foreach (WatchedGateway gateway in _gateways)
        {
            // The first look only learns the number: losses before it were told by the gateway's own records.
            if (_lost.TryGetValue(gateway.Id, out long before) && GatewayAlerts.Lost(gateway, before) is { } lost) desk.Raise(lost);
            _lost[gateway.Id] = gateway.Lost;
        }
    }

    private void LookAtControl()
    {
        StoreStatus status = store();
        Holding(status.IsFull ? [new Alert { Event = AlertEvent.StoreFull, Key = "store", Title = "the flow store is full", Text = "Nothing more is taken; gateways keep their records until there is room." }] : [], AlertEvent.StoreFull);
        DateTimeOffset now = time.GetUtcNow();
        Holding(targets.List().Where(target => target.Enabled && target.FailingSince is { } since && now - since >= ForwardingPatience).Select(target => new Alert
        {
            Event = AlertEvent.ForwardingFailing,
            Key = target.Name,
            Title = $"nothing gets through to the forwarding target {target.Name}",
            Text = $"Since {target.FailingSince!.Value.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {TerminalText.EscapeName(target.LastError)}. Records wait in the store.",
        }), AlertEvent.ForwardingFailing);
        Holding(expiries.Within(TimeSpan.FromHours(24), now).Select(near => new Alert
        {
            Event = AlertEvent.ExpiryNear,
            Key = $"{near.Policy} {near.What}",
            Title = $"{TerminalText.Escape(near.What)} of policy {TerminalText.Escape(near.Policy)} expires within 24 hours",
            Text = $"At {near.Ends.UtcDateTime:yyyy-MM-dd HH:mm} UTC it is inert, and live flows that it permitted end.{(near.Owner is null ? "" : $" Owner: {TerminalText.Escape(near.Owner)}.")}",
        }), AlertEvent.ExpiryNear);
    }

    private void LookAtAudit()
    {
        using SqliteConnection connection = database.Open();
        long from = long.TryParse(Position(connection, "audit"), out long kept) ? kept : connection.Scalar<long>("SELECT COALESCE(MAX(seq), 0) FROM audit");
        List<AuditRow> rows = connection.List("SELECT seq, time, actor, action, target, details FROM audit WHERE seq > $from ORDER BY seq LIMIT $most",
            row => new AuditRow(row.GetInt64(0), row.GetTime(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5)), ("$from", from), ("$most", MaxRows));
        foreach (AuditRow row in rows)
            if (AuditAlerts.Look(row) is { } alert) desk.Raise(alert);
        Keep("audit", (rows.Count > 0 ? rows[^1].Seq : from).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task<bool> LookAtRecordsAsync(CancellationToken cancel)
    {
        string? position;
        using (SqliteConnection connection = database.Open())
        {
            position = Position(connection, "records");
            // The first time: what is there already is no news.
            if (position is null && await feed.EndAsync(cancel) is { } end)
            {
                Keep("records", end);
                return false;
            }
        }
        FedRecords next = await feed.ReadAsync(position, MaxRecords, cancel);
        // What the store cannot answer for long must not keep back what other records raise; while it goes on, no round waits for it again.
        bool passOver = _repeats >= MostRepeats;
        try
        {
            // At once: they are of records that the position has passed, so a round that fails after it does not bring them again.
            foreach (Alert alert in await flows.LookAgainAsync(cancel)) desk.Raise(alert);
            List<Alert> raised = [];
            foreach (FlowEvent read in next.Events) raised.AddRange(await flows.LookAsync(read, passOver, cancel));
            foreach (Alert alert in raised) desk.Raise(alert);
            if (flows.Asked > 0 && flows.PassedOver == 0) _repeats = 0;
            flows.Keep();
        }
        catch
        {
            // The position stays, so the next round has the same records.
            flows.Forget();
            _repeats++;
            LagSeconds = Math.Max(0, (time.GetUtcNow() - next.Events[0].Time).TotalSeconds);
            throw;
        }
        bool more = next.Events.Count == MaxRecords;
        LagSeconds = more ? Math.Max(0, (time.GetUtcNow() - next.Events[^1].Time).TotalSeconds) : 0;
        if (next.Position is not null && next.Position != position) Keep("records", next.Position);
        return more;
    }

    private void Holding(IEnumerable<Alert> found, params ReadOnlySpan<AlertEvent> events)
    {
        Alert[] all = [.. found];
        foreach (Alert alert in all) desk.Raise(alert);
        foreach (AlertEvent what in events) desk.Settle(what, all.Where(alert => alert.Event == what).Select(alert => alert.Key).ToHashSet(StringComparer.Ordinal));
    }

    private static string? Position(SqliteConnection connection, string name) => connection.Scalar<string>("SELECT position FROM alert_positions WHERE name = $name", ("$name", name));

    private void Keep(string name, string position) => database.Change(transaction =>
        transaction.Run("INSERT INTO alert_positions VALUES ($name, $position) ON CONFLICT (name) DO UPDATE SET position = $position WHERE position != $position", ("$name", name), ("$position", position)));
}
