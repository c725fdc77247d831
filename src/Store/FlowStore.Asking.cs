using System.Globalization;
using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
using Exeat.Flows;

namespace Exeat.Store;

public sealed partial class FlowStore
{
    /// <summary>The most flows that one page has.</summary>
    public const int MostPerPage = 1000;

    /// <summary>How many questions run at once. The engine has two threads: more only wait for each other, in memory.</summary>
    internal const int MostQuestions = 6;

    /// <summary>How many of those that run may be exports, which may take long; the next one is refused, so that questions go on.</summary>
    internal const int MostExports = 3;

    private readonly SemaphoreSlim _asking = new(MostQuestions), _exporting = new(MostExports);

    /// <summary>Flows, newest first. A flow stands at the moment it began.</summary>
    public Task<FlowPage> ListAsync(FlowFilter filter, string? cursor, int limit, CancellationToken cancellation) => AskAsync(asked =>
    {
        limit = Math.Clamp(limit, 1, MostPerPage);
        FilterSql sql = FilterSql.Of(filter);
        int newest = int.MaxValue;
        if (cursor is not null)
        {
            (long began, Guid unit) = PageCursor.Read(cursor);
            newest = Microseconds.DayOf(began);
            string at = sql.Value(began);
            sql.Add($"(began < {at} OR (began = {at} AND unit < {sql.Value(unit)}))");
        }
        List<FlowUnit> found = [];
        // Day by day: the newest alone mostly fills a page, and the others are not opened then.
        foreach (int day in DaysOf(asked, filter).Where(day => day <= newest).OrderDescending())
        {
            LiveRows rows = LiveRows.Flows(asked.View, _options.Dir, file => file.Day == day);
            asked.Read($"SELECT {FlowColumns.Names} FROM {rows.From} WHERE {OfDay("began", day)} AND {sql.Where} ORDER BY began DESC, unit DESC LIMIT {limit + 1 - found.Count}",
                [.. rows.Values, .. sql.Values], row =>
                {
                    found.Add(FlowColumns.Read(row));
                    return true;
                });
            if (found.Count > limit) break;
        }
        string? next = found.Count > limit ? PageCursor.Write(found[limit - 1].Began, found[limit - 1].Id) : null;
        return new FlowPage([.. found.Take(limit).Select(unit => unit.Stored())], next);
    }, null, cancellation);

    /// <summary>One flow with all its events as they were sent, by its id, its denial id or the id of one of its events. Null: there is none.</summary>
    public Task<StoredFlow?> FindAsync(string flowOrDenialOrEventId, CancellationToken cancellation) => AskAsync(asked =>
    {
        (string Gateway, Guid Unit)? found = null;
        if (EventKey.TryParse(flowOrDenialOrEventId, out EventKey key))
        {
            LiveRows events = LiveRows.Events(asked.View, _options.Dir, _ => true);
            asked.Read($"SELECT gateway, unit FROM {events.From} WHERE origin = $origin AND epoch = $epoch AND sequence = $sequence LIMIT 1",
                [.. events.Values, ("origin", key.Origin), ("epoch", key.Epoch), ("sequence", key.Sequence)], row =>
                {
                    found = (row.GetString(0), row.GetGuid(1));
                    return true;
                });
            return found is { } unit ? Whole(asked, events, unit.Gateway, unit.Unit) : null;
        }
        FilterSql sql = FilterSql.Of(new FlowFilter { Flows = [flowOrDenialOrEventId] });
        return First(asked, sql, UnitId.OfFlow(flowOrDenialOrEventId));
    }, null, cancellation);

    // The flow that began first of those chosen, with its events. Its id mostly says on which day to look; only when it is not there, everywhere.
    private StoredFlow? First(Asked asked, FilterSql chosen, Guid unit)
    {
        List<Func<StoredFile, bool>> places = [_ => true];
        if (UnitId.Moment(unit) is { } moment && (int)(moment / 86_400_000) is var day) places.Insert(0, file => Math.Abs(file.Day - day) <= 1);
        foreach (Func<StoredFile, bool> isNeeded in places)
        {
            (string Gateway, Guid Unit, int From, int To)? found = null;
            LiveRows flows = LiveRows.Flows(asked.View, _options.Dir, isNeeded);
            // Lines that count for the same flow stand for themselves, and may lie on other days.
            asked.Read($"SELECT gateway, unit, began, seen FROM {flows.From} WHERE {chosen.Where} ORDER BY began, unit LIMIT {MostPerPage}", [.. flows.Values, .. chosen.Values], row =>
            {
                (int from, int to) = (Microseconds.DayOf(row.GetInt64(2)), Microseconds.DayOf(row.GetInt64(3)));
                found = found is { } first ? (first.Gateway, first.Unit, Math.Min(first.From, from), Math.Max(first.To, to)) : (row.GetString(0), row.GetGuid(1), from, to);
                return true;
            });
            if (found is { } flow) return Whole(asked, LiveRows.Events(asked.View, _options.Dir, file => file.Day >= flow.From && file.Day <= flow.To), flow.Gateway, flow.Unit);
        }
        return null;
    }

    /// <summary>Counts flows by what they have in common.</summary>
    public Task<GroupResult> GroupAsync(GroupQuery query, IProgress<QueryProgress>? progress, CancellationToken cancellation) => AskAsync(asked =>
    {
        if (query.By.Count > 8) throw new FlowFilterException("by", $"{query.By.Count} dimensions, 8 are the most", "leave some out");
        if (query.Bucket is { } bucket && (bucket < TimeSpan.FromSeconds(1) || bucket > TimeSpan.FromDays(3660) || bucket.Ticks % TimeSpan.TicksPerSecond != 0))
            throw new FlowFilterException("bucket", "must be whole seconds, one at least", "write for instance 60, 3600 or 86400 seconds");
        IReadOnlyList<SumPart>? parts = GroupSql.PartsOf(query);
        FilterSql sql = FilterSql.Of(parts is null ? query.Filter : query.Filter with { Since = null, Until = null });
        (string from, IReadOnlyList<(string Name, object Value)> paths) = parts is null ? FromFlows(asked, query) : FromSums(asked, query, parts, sql.Where);
        List<GroupRow> found = [];
        var total = new GroupRow([], null, 0, 0, 0, default, default);
        int keys = query.By.Count;
        asked.Read(GroupSql.Text(query, from, parts is null ? sql.Where : "true"), [.. paths, .. sql.Values], row =>
        {
            if (row.IsDBNull(keys + 1)) return true; // nothing was chosen
            found.Add(new GroupRow([.. query.By.Select((by, i) => Key(row, by, i))], row.IsDBNull(keys) ? null : Microseconds.Time(row.GetInt64(keys)),
                row.GetInt64(keys + 1), row.GetInt64(keys + 2), row.GetInt64(keys + 3), Microseconds.Time(row.GetInt64(keys + 4)), Microseconds.Time(row.GetInt64(keys + 5))));
            total = new GroupRow([], null, row.GetInt64(keys + 6), row.GetInt64(keys + 7), row.GetInt64(keys + 8), Microseconds.Time(row.GetInt64(keys + 9)), Microseconds.Time(row.GetInt64(keys + 10)));
            return true;
        });
        return new GroupResult(found, total, parts is not null);
    }, progress, cancellation);

    private (string, IReadOnlyList<(string, object)>) FromFlows(Asked asked, GroupQuery query)
    {
        LiveRows rows = LiveRows.Flows(asked.View, _options.Dir, Needed(query.Filter));
        return (rows.From, rows.Values);
    }

    // What each kind of sums, and the flows, say of the time that each answers for.
    private (string, IReadOnlyList<(string, object)>) FromSums(Asked asked, GroupQuery query, IReadOnlyList<SumPart> parts, string where)
    {
        List<string> from = [];
        List<(string, object)> paths = [];
        foreach (IGrouping<FileKind?, SumPart> source in parts.GroupBy(part => part.Kind))
        {
            string chosen = $"({string.Join(" OR ", source.Select(part => part.Within("began")))}) AND {where}";
            Func<StoredFile, bool> isNeeded = file => source.Any(part => part.Needs(file));
            LiveRows rows;
            if (source.Key is { } kind)
            {
                (rows, string? settled) = LiveRows.Sums(asked.View, _options.Dir, kind, isNeeded);
                from.Add(GroupSql.Sums(query, rows.From, settled, chosen));
            }
            else
            {
                rows = LiveRows.Flows(asked.View, _options.Dir, isNeeded);
                from.Add(GroupSql.Flows(query, rows.From, chosen));
            }
            paths.AddRange(rows.Values);
        }
        return ($"({string.Join(" UNION ALL ", from)})", paths);
    }

    /// <summary>Events as they come in from now on, those whose own fields the filter chooses. A slow reader loses lines, and is told how many.</summary>
    public async IAsyncEnumerable<TailLine> TailAsync(FlowFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        LiveSubscriber subscriber = _live.Subscribe(filter);
        try
        {
            await foreach (TailLine line in subscriber.ReadAsync(cancellation)) yield return line;
        }
        finally
        {
            _live.Unsubscribe(subscriber);
        }
    }

    // Runs beside the caller, on a view of its own.
    private async Task<T> AskAsync<T>(Func<Asked, T> ask, IProgress<QueryProgress>? progress, CancellationToken cancellation)
    {
        await _asking.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() =>
            {
                using Asked asked = Begin(progress, cancellation);
                return ask(asked);
            }, cancellation);
        }
        catch (Exception error) when (error is DuckDBException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"flow store: ask: {error.Message}", error);
        }
        finally
        {
            _asking.Release();
        }
    }

    private Asked Begin(IProgress<QueryProgress>? progress, CancellationToken cancellation)
    {
        DuckDBConnection connection = _engine.Connect();
        lock (_swap)
        {
            StoreEngine.Run(connection, "BEGIN TRANSACTION");
            // The first statement makes the snapshot.
            StoreEngine.Scalar(connection, "SELECT count(*) FROM dead");
            return new Asked(connection, _shelf.Take(), Return, progress, cancellation);
        }
    }

    private void Return(FileView view)
    {
        lock (_swap) _shelf.Return(view);
    }

    private static Func<StoredFile, bool> Needed(FlowFilter filter)
    {
        int first = filter.Since is { } since ? Microseconds.DayOf(Microseconds.Of(since)) : int.MinValue, last = filter.Until is { } until ? Microseconds.DayOf(Microseconds.Of(until)) : int.MaxValue;
        return file => file.Day >= first && file.Day <= last;
    }

    private static IEnumerable<int> DaysOf(Asked asked, FlowFilter filter)
    {
        Func<StoredFile, bool> isNeeded = Needed(filter);
        HashSet<int> days = [.. asked.View.Files.Where(file => file.Kind == FileKind.Flows && isNeeded(file)).Select(file => file.Day)];
        days.UnionWith(asked.View.Tails.SelectMany(tail => tail.Flows.Days));
        return days;
    }

    private static StoredFlow? Whole(Asked asked, LiveRows events, string gateway, Guid unit)
    {
        List<FlowEvent> all = [];
        var reader = new EventReader();
        asked.Read($"SELECT line FROM {events.From} WHERE gateway = $gateway AND unit = $unit ORDER BY epoch, sequence", [.. events.Values, ("gateway", gateway), ("unit", unit)], row =>
        {
            if (reader.TryRead(System.Text.Encoding.UTF8.GetBytes(row.GetString(0)), out FlowEvent? read) == LineRead.Found) all.Add(read!);
            return true;
        });
        if (all.Count == 0) return null;
        // One unit is one flow, though not every event need name it.
        FlowSummary summary = FlowFold.Fold(all)[0];
        return new StoredFlow { Gateway = gateway, Summary = summary, Last = all.Max(read => read.Time) };
    }

    private static string? Key(DuckDBDataReader row, FlowDimension dimension, int at)
    {
        if (row.IsDBNull(at)) return null;
        switch (dimension)
        {
            case FlowDimension.Source or FlowDimension.Destination:
                using (Stream bytes = row.GetStream(at)) return AddressBytes.Text(bytes);
            case FlowDimension.Port:
                return row.GetInt32(at).ToString(CultureInfo.InvariantCulture);
            case FlowDimension.Labels:
                return string.Join('\n', NamesText.ReadLabels(row.GetString(at)).Select(label => $"{label.Key}={label.Value}"));
            default:
                return row.GetString(at);
        }
    }

    // Flows that left memory, by their ids. Called with _ingest (or before there is anybody else).
    private List<FlowUnit> ReadUnits(string gateway, HashSet<Guid> ids)
    {
        List<FlowUnit> units = [];
        LiveRows rows = LiveRows.Flows(_shelf.Current, _options.Dir, _ => true);
        List<Guid> sorted = [.. ids.OrderBy(id => id.ToString(), StringComparer.Ordinal)];
        string sql = $"SELECT {FlowColumns.Names} FROM {rows.From} WHERE gateway = $gateway AND kind = 0 AND unit BETWEEN $low AND $high AND unit IN (SELECT unnest($ids::UUID[]))";
        using DuckDBCommand command = StoreEngine.Command(_writer, sql,
            [.. rows.Values.Where(value => sql.Contains("$" + value.Name, StringComparison.Ordinal)), ("gateway", gateway), ("low", sorted[0]), ("high", sorted[^1]), ("ids", sorted)]);
        using DuckDBDataReader reader = command.ExecuteReader();
        while (reader.Read()) units.Add(FlowColumns.Read(reader));
        return units;
    }

    // Which of these events the store has. Called with _ingest.
    private HashSet<EventKey> StoredKeys(string gateway, List<ReadEvent> events)
    {
        Show();
        HashSet<EventKey> stored = [];
        LiveRows rows = LiveRows.Events(_shelf.Current, _options.Dir, _ => true);
        string sql = $"SELECT origin, epoch, sequence FROM {rows.From} WHERE gateway = $gateway AND epoch IN (SELECT unnest($epochs::BIGINT[])) AND sequence IN (SELECT unnest($sequences::BIGINT[]))";
        using DuckDBCommand command = StoreEngine.Command(_writer, sql,
            [.. rows.Values.Where(value => sql.Contains("$" + value.Name, StringComparison.Ordinal)), ("gateway", gateway), ("epochs", events.Select(read => read.Key.Epoch).Distinct().ToList()),
                ("sequences", events.Select(read => read.Key.Sequence).Distinct().ToList())]);
        using DuckDBDataReader reader = command.ExecuteReader();
        while (reader.Read()) stored.Add(new EventKey(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)));
        return stored;
    }
}
