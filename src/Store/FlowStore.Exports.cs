using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;

namespace Exeat.Store;

public sealed partial class FlowStore
{
    // What a slow reader of an export makes us keep in memory.
    private const int ExportBuffer = 512;

    // Of one answer with lines: what two thousand usual ones have, many times over.
    private const long MostAnswerBytes = 32 << 20;

    /// <summary>The events of the flows that the filter chooses, as they were sent, in order of time; go on after <paramref name="after"/>, a <see cref="StoredLine.Position"/>. Without conditions on anything but time and gateway: every event of that time, notes too.</summary>
    public IAsyncEnumerable<StoredLine> EventsAsync(FlowFilter filter, string? after, CancellationToken cancellation) => StreamAsync<StoredLine>((asked, give) =>
    {
        (long time, long arrival) = after is null ? (long.MinValue, 0) : ReadPosition(after);
        FlowFilter simple = new() { Since = filter.Since, Until = filter.Until, Gateways = filter.Gateways };
        // By their texts: a group without members is a condition without a value.
        bool isSimple = FilterSql.Of(simple).Where == FilterSql.Of(filter).Where;
        FilterSql sql = FilterSql.Of(isSimple ? simple : filter);
        string chosen = "";
        if (!isSimple)
        {
            LiveRows flows = LiveRows.Flows(asked.View, _options.Dir, Needed(filter));
            string wanted = $"CREATE TEMP TABLE chosen AS SELECT gateway, unit FROM {flows.From} WHERE {sql.Where}";
            StoreEngine.Run(asked.Connection, wanted, [.. flows.Values.Concat(sql.Values).Where(value => wanted.Contains("$" + value.Name, StringComparison.Ordinal))]);
            chosen = "SEMI JOIN chosen USING (gateway, unit)";
        }
        string where = isSimple ? sql.Where.Replace("began", "time", StringComparison.Ordinal) : "true";
        Func<StoredFile, bool> isNeeded = isSimple ? Needed(filter) : Needed(filter with { Until = null });
        foreach (int day in EventDays(asked, isNeeded))
        {
            LiveRows events = LiveRows.Events(asked.View, _options.Dir, file => file.Day == day);
            asked.Read($"SELECT gateway, line, time, arrival FROM {events.From} {chosen} WHERE {OfDay("time", day)} AND {where} AND (time > $time OR (time = $time AND arrival > $arrival)) ORDER BY time, arrival",
                [.. events.Values, .. sql.Values, ("time", time), ("arrival", arrival)],
                row => give(new StoredLine(row.GetString(0), Encoding.UTF8.GetBytes(row.GetString(1)), string.Create(CultureInfo.InvariantCulture, $"{row.GetInt64(2)}-{row.GetInt64(3)}"))), streaming: true);
        }
    }, cancellation);

    /// <summary>Every event in the order in which it came in, after <paramref name="after"/> (0: from the beginning): what continuous forwarding reads, since late ones come last here. At most <paramref name="limit"/>, and fewer when they are long.</summary>
    public Task<IReadOnlyList<StoredLine>> ArrivalsAsync(long after, int limit, CancellationToken cancellation) => AskAsync<IReadOnlyList<StoredLine>>(asked =>
    {
        List<StoredLine> found = [];
        long bytes = 0;
        LiveRows events = LiveRows.Events(asked.View, _options.Dir, file => file.To > after);
        // The numbers first: to find the first few the engine keeps many more of what it sorts, and long lines of those are more than its memory.
        long through = after;
        asked.Read($"SELECT max(arrival) FROM (SELECT arrival FROM {events.From} WHERE arrival > $after ORDER BY arrival LIMIT {Math.Clamp(limit, 1, 10_000)})", [.. events.Values, ("after", after)], row =>
        {
            if (!row.IsDBNull(0)) through = row.GetInt64(0);
            return true;
        });
        if (through == after) return found;
        asked.Read($"SELECT gateway, line, arrival FROM {events.From} WHERE arrival > $after AND arrival <= $through ORDER BY arrival", [.. events.Values, ("after", after), ("through", through)], row =>
        {
            found.Add(new StoredLine(row.GetString(0), Encoding.UTF8.GetBytes(row.GetString(1)), row.GetInt64(2).ToString(CultureInfo.InvariantCulture)));
            return (bytes += found[^1].Line.Length) < MostAnswerBytes;
        });
        return found;
    }, null, cancellation);

    /// <summary>The number of the newest event that came in: where forwarding begins that does not want what was before.</summary>
    public long LastArrival
    {
        get
        {
            lock (_ingest) return _nextArrival - 1;
        }
    }

    /// <summary>All flows that the filter chooses, oldest first: for exports that are longer than pages.</summary>
    public IAsyncEnumerable<StoredFlow> FlowsAsync(FlowFilter filter, CancellationToken cancellation) => StreamAsync<StoredFlow>((asked, give) =>
    {
        FilterSql sql = FilterSql.Of(filter);
        foreach (int day in DaysOf(asked, filter).Order())
        {
            LiveRows rows = LiveRows.Flows(asked.View, _options.Dir, file => file.Day == day);
            asked.Read($"SELECT {FlowColumns.Names} FROM {rows.From} WHERE {OfDay("began", day)} AND {sql.Where} ORDER BY began, unit", [.. rows.Values, .. sql.Values],
                row => give(FlowColumns.Read(row).Stored()), streaming: true);
        }
    }, cancellation);

    /// <summary>The flows that the filter chooses as one Parquet file, oldest first, with times and addresses as every reader knows them.</summary>
    public async Task ExportParquetAsync(FlowFilter filter, Stream destination, CancellationToken cancellation)
    {
        BeginExport();
        string path = Path.Combine(_options.Dir, "tmp", Guid.NewGuid().ToString("N") + ".parquet");
        try
        {
            await AskAsync(asked =>
            {
                FilterSql sql = FilterSql.Of(filter);
                LiveRows rows = LiveRows.Flows(asked.View, _options.Dir, Needed(filter));
                asked.Read($"COPY (SELECT {ExportColumns.Select} FROM {rows.From} WHERE {sql.Where} ORDER BY began, unit) TO {StoreEngine.Quoted(path)} (FORMAT parquet, COMPRESSION zstd)",
                    [.. rows.Values, .. sql.Values], _ => true);
                return true;
            }, null, cancellation);
            await using FileStream file = File.OpenRead(path);
            await file.CopyToAsync(destination, cancellation);
        }
        finally
        {
            _exporting.Release();
            File.Delete(path);
        }
    }

    private void BeginExport()
    {
        if (!_exporting.Wait(0)) throw new StoreBusyException($"{MostExports} exports run already", "ask again when one has ended");
    }

    // A producer beside the reader, which it waits for.
    private async IAsyncEnumerable<T> StreamAsync<T>(Action<Asked, Func<T, bool>> produce, [EnumeratorCancellation] CancellationToken cancellation)
    {
        BeginExport();
        var given = Channel.CreateBounded<T>(new BoundedChannelOptions(ExportBuffer) { SingleReader = true, SingleWriter = true });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task producing = ProduceAsync();
        try
        {
            await foreach (T one in given.Reader.ReadAllAsync(cancellation)) yield return one;
        }
        finally
        {
            await ending.CancelAsync();
            await producing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _exporting.Release();
        }

        async Task ProduceAsync()
        {
            try
            {
                await AskAsync(asked =>
                {
                    produce(asked, one =>
                    {
                        while (!given.Writer.TryWrite(one))
                            if (!given.Writer.WaitToWriteAsync(ending.Token).AsTask().GetAwaiter().GetResult()) return false;
                        return true;
                    });
                    return true;
                }, null, ending.Token);
                given.Writer.TryComplete();
            }
            catch (Exception error)
            {
                given.Writer.TryComplete(error);
            }
        }
    }

    private static SortedSet<int> EventDays(Asked asked, Func<StoredFile, bool> isNeeded) =>
        [.. asked.View.Files.Where(file => file.Kind == FileKind.Events && isNeeded(file)).Select(file => file.Day), .. asked.View.Tails.SelectMany(tail => tail.Events.Days)];

    private static (long Time, long Arrival) ReadPosition(string text)
    {
        int dash = text.LastIndexOf('-');
        if (dash > 0 && long.TryParse(text.AsSpan(0, dash), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long time)
            && long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long arrival)) return (time, arrival);
        throw new FlowFilterException("after", "is no position that this store gave", "begin without one");
    }
}
