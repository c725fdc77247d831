using System.Globalization;
using DuckDB.NET.Data;

namespace Exeat.Store;

public sealed partial class FlowStore
{
    // Row groups of this size are what a filter by agent or time passes over: an agent's records of a day are a few of them.
    internal const int RowsPerGroup = 30_000;

    // What the engine puts together of a tail is given to it in pieces: it has a row group of each thread in memory, and one that has no room fails each time.
    private const long PieceBytes = 64 << 20;

    // What becomes Parquet is merged within the hour, and sorted and packed tightly only then: of the few row groups of a small file an order would spare hardly one.
    private const int QuickLevel = 1, LastingLevel = 3;

    // Lines that are so long that memory fills before there are many of them.
    private const long ConvertBytes = 64 << 20;

    private static readonly TimeSpan RetireEvery = TimeSpan.FromMinutes(1);

    private async Task DriveAsync()
    {
        using var timer = new PeriodicTimer(_options.ShowEvery, _time);
        long converted = _time.GetTimestamp(), retired = converted;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(_closing.Token)) return;
                TryShow();
                bool isMuch;
                lock (_ingest) isMuch = _tail.Count + _pending >= _options.ConvertEvents || _tail.Bytes >= ConvertBytes;
                if (isMuch || _time.GetElapsedTime(converted) >= _options.ConvertAfter)
                {
                    converted = _time.GetTimestamp();
                    Convert();
                    while (!_closing.IsCancellationRequested && Compact()) TryShow();
                }
                if (_time.GetElapsedTime(retired) < RetireEvery) continue;
                retired = _time.GetTimestamp();
                Retire();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception error) when (error is DuckDBException or IOException or UnauthorizedAccessException)
            {
                // Told in the status, and tried again: a full disk empties, memory comes back.
                Tell($"upkeep: {error.Message}");
            }
        }
    }

    // Into the status, and to whoever listens when it is another than the last.
    private void Tell(string problem)
    {
        lock (_ingest)
        {
            if (_lastError == problem) return;
            _lastError = problem;
        }
        _options.Told?.Invoke($"flow store: {problem}");
    }

    /// <summary>Turns what waits into Parquet. False: nothing waited.</summary>
    internal bool Convert()
    {
        lock (_upkeep)
        {
            FrozenTail? frozen;
            lock (_ingest) frozen = _frozen ?? Freeze();
            if (frozen is null) return false;
            List<StoredFile> files = [];
            try
            {
                long number = frozen.State.NextFile;
                using (DuckDBConnection connection = _engine.Connect())
                {
                    WriteFlows(connection, frozen, files, ref number);
                    WriteEvents(connection, frozen, files, ref number);
                    WriteSums(connection, frozen, files, ref number);
                }
                CrashPoint.Reached("files-written");
                lock (_ingest)
                {
                    IReadOnlyList<StoredFile> all = [.. _manifest.Files, .. files];
                    Save(frozen.State with { Files = all, Dead = InFiles(frozen.State.Dead.Where(row => row < frozen.FirstRow), all), NextFile = Math.Max(number, _manifest.NextFile), Retired = _manifest.Retired });
                    Thaw(frozen);
                }
            }
            catch
            {
                // Not named by the manifest: nobody misses them.
                foreach (StoredFile file in files.Where(file => !_manifest.Files.Contains(file))) File.Delete(PathOf(file));
                throw;
            }
            _wal.DeleteThrough(frozen.State.WalThrough);
            CrashPoint.Reached("wal-deleted");
            return true;
        }
    }

    /// <summary>Deletes the days that are too old, and the oldest ones when there is too much. Says how many events went.</summary>
    internal long Retire()
    {
        lock (_upkeep)
            lock (_ingest)
            {
                int oldest = _options.RetentionDays > 0 ? Microseconds.DayOf(Microseconds.Of(_time.GetUtcNow())) - _options.RetentionDays : int.MinValue;
                List<StoredFile> gone = [.. _manifest.Files.Where(file => file.Day < oldest)];
                long bytes = _manifest.Files.Sum(file => file.Bytes) - gone.Sum(file => file.Bytes);
                foreach (IGrouping<int, StoredFile> day in _manifest.Files.Except(gone).GroupBy(file => file.Day).OrderBy(day => day.Key).ToList())
                {
                    if (_options.MaxBytes <= 0 || bytes <= _options.MaxBytes) break;
                    gone.AddRange(day);
                    bytes -= day.Sum(file => file.Bytes);
                }
                if (gone.Count == 0) return 0;
                long events = gone.Where(file => file.Kind == FileKind.Events).Sum(file => file.Rows);
                List<StoredFile> files = [.. _manifest.Files.Except(gone)];
                Save(_manifest with { Files = files, Dead = InFiles(_manifest.Dead, files), Retired = _manifest.Retired + events });
                _units.Forget([.. gone.Select(file => file.Day)], _manifest.NextRow);
                List<long> dead = [.. _dead.Where(row => row < _manifest.NextRow)];
                lock (_swap)
                {
                    _shelf.Show(View(), gone);
                    // Those that went with their files.
                    Unbury([.. dead.Except(InFiles(dead, files))]);
                }
                return events;
            }
    }

    // Called with _ingest. Null: nothing waits.
    private FrozenTail? Freeze()
    {
        Show();
        if (_tail.Count == 0) return null;
        var next = new StoreTail(_tail.Number + 1);
        string dead = string.Create(CultureInfo.InvariantCulture, $"dead_{_tail.Number}");
        _engine.Run($"CREATE TABLE {dead} AS SELECT rid FROM dead");
        Manifest state = _manifest with
        {
            WalThrough = _wal.Rotate(),
            NextRow = _nextRow,
            NextArrival = _nextArrival,
            Dead = [.. _dead],
            Seen = _seen.Save(),
            Horizons = _units.HorizonsWithoutMemory(),
        };
        lock (_swap)
        {
            _frozen = new FrozenTail(_tail, state, dead, _manifest.NextRow);
            _tail = next;
            _shelf.Show(View(), []);
        }
        return _frozen;
    }

    // Called with _ingest, once the manifest names the files.
    private void Thaw(FrozenTail frozen)
    {
        // Dead rows of the tail that no file has.
        List<long> gone = [.. frozen.State.Dead.Where(row => row >= frozen.FirstRow && row < frozen.State.NextRow)];
        lock (_swap)
        {
            _frozen = null;
            Unbury(gone);
            _shelf.Show(View(), []);
            _engine.Run($"DROP TABLE {frozen.Dead}");
        }
    }

    private void Unbury(ICollection<long> rows)
    {
        if (rows.Count == 0) return;
        foreach (long row in rows) _dead.Remove(row);
        // Made anew, since rows that are deleted would stay in memory without checkpoints.
        StoreEngine.Run(_writer, "CREATE OR REPLACE TABLE dead AS SELECT dead.rid FROM dead ANTI JOIN (SELECT unnest($rows::BIGINT[]) AS rid) gone USING (rid)", ("rows", rows.ToList()));
    }

    // Called with _ingest: the manifest first, then what is in memory.
    private void Save(Manifest manifest)
    {
        ManifestFile.Write(_options.Dir, manifest);
        _manifest = manifest;
    }

    private static IReadOnlyList<long> InFiles(IEnumerable<long> dead, IReadOnlyList<StoredFile> files)
    {
        List<StoredFile> flows = [.. files.Where(file => file.Kind == FileKind.Flows)];
        return [.. dead.Where(row => flows.Any(file => file.From <= row && row <= file.To))];
    }

    // Days with row groups of their own become files as they are, unless rows of this tail were replaced; the engine would copy each row three times.
    private void WriteFlows(DuckDBConnection connection, FrozenTail frozen, List<StoredFile> files, ref long number)
    {
        TailRows rows = frozen.Tail.Shown.Flows;
        bool hasDead = frozen.State.Dead.Any(row => row >= frozen.FirstRow);
        if (!hasDead) WriteOwn(FileKind.Flows, "rid", FlowColumns.Shapes, rows, files, ref number);
        CopyDays(connection, FileKind.Flows, "began", FlowColumns.Shapes, [.. hasDead ? rows.All : rows.Others], $"ANTI JOIN {frozen.Dead} USING (rid)", files, ref number);
    }

    private void WriteEvents(DuckDBConnection connection, FrozenTail frozen, List<StoredFile> files, ref long number)
    {
        TailRows rows = frozen.Tail.Shown.Events;
        WriteOwn(FileKind.Events, EventColumns.Arrival, EventColumns.Shapes, rows, files, ref number);
        CopyDays(connection, FileKind.Events, "time", EventColumns.Shapes, rows.Others, "", files, ref number);
    }

    private void WriteOwn(FileKind kind, string counted, IReadOnlyList<ColumnShape> shapes, TailRows rows, List<StoredFile> files, ref long number)
    {
        foreach ((int day, IReadOnlyList<PackedGroup> groups) in rows.Own)
        {
            (string name, string path) = NewFile(kind, day, number++);
            long bytes = ParquetFile.Write(path, shapes, groups, isSynced: true);
            files.Add(new StoredFile
            {
                Kind = kind,
                Day = day,
                Path = name,
                Bytes = bytes,
                Rows = groups.Sum(group => (long)group.Rows),
                From = groups.Min(group => group.Column(counted).Least),
                To = groups.Max(group => group.Column(counted).Most),
            });
        }
    }

    private void CopyDays(DuckDBConnection connection, FileKind kind, string time, IReadOnlyList<ColumnShape> shapes, IReadOnlyList<PackedGroup> groups, string without, List<StoredFile> files, ref long number)
    {
        for (int at = 0; at < groups.Count;)
        {
            List<PackedGroup> piece = [groups[at++]];
            for (long bytes = piece[0].PlainBytes; at < groups.Count && (bytes += groups[at].PlainBytes) <= PieceBytes; at++) piece.Add(groups[at]);
            string path = _waitingFolder.Write(shapes, piece), from = $"read_parquet($file) {without}";
            try
            {
                foreach (int day in Days(connection, $"SELECT DISTINCT {time} // {Microseconds.Day} FROM {from} ORDER BY 1", path))
                    Keep(files, Copy(connection, kind, day, number++, $"SELECT {string.Join(", ", shapes.Select(shape => shape.Name))} FROM {from} WHERE {OfDay(time, day)}", [("file", path)]));
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    private void WriteSums(DuckDBConnection connection, FrozenTail frozen, List<StoredFile> files, ref long number)
    {
        string path = _waitingFolder.Write(SumColumns.Shapes, [.. frozen.Tail.Shown.Sums.All]);
        try
        {
            foreach (int day in frozen.Tail.Shown.Sums.Days)
            {
                // Those that others say already are made of those, which are far fewer rows.
                Dictionary<FileKind, StoredFile?> made = [];
                foreach (FileKind kind in SumColumns.Kinds)
                {
                    if (SumColumns.FinerOf(kind) is not { } finer) made[kind] = Copy(connection, kind, day, number++, SumsOf(kind, "read_parquet($file)", OfDay("began", day), isSorted: false), [("file", path)]);
                    else if (made[finer] is { } file) made[kind] = Copy(connection, kind, day, number++, SumsOf(kind, "read_parquet($file)", "true", isSorted: false), [("file", PathOf(file))]);
                    Keep(files, made.GetValueOrDefault(kind));
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Keep(List<StoredFile> files, StoredFile? made)
    {
        if (made is not null) files.Add(made);
    }

    private static string OfDay(string column, int day) => string.Create(CultureInfo.InvariantCulture, $"{column} >= {day * Microseconds.Day} AND {column} < {(day + 1) * Microseconds.Day}");

    // Sums of sums; what came to nothing is left out.
    internal static string SumsOf(FileKind kind, string from, string where, bool isSorted = true)
    {
        (string keys, long step) = (SumColumns.KeysOf(kind), SumColumns.StepOf(kind));
        return $"SELECT * FROM (SELECT began - began % {step} AS began, {keys}, {SumColumns.Totals} FROM {from} WHERE {where} GROUP BY ALL) "
            + $"WHERE attempts <> 0 OR bytes_out <> 0 OR bytes_in <> 0{(isSorted ? $" ORDER BY {SumColumns.OrderOf(kind)}" : "")}";
    }

    // A store of a release that had fewer sums: those of hours say all that the others do. Called before anybody asks; a crash leaves strangers only.
    private void DeriveSums()
    {
        if (_manifest.Version >= Manifest.CurrentVersion) return;
        List<StoredFile> files = [.. _manifest.Files.Where(file => file.Kind is not (FileKind.Totals or FileKind.Names))];
        long number = _manifest.NextFile;
        foreach (IGrouping<int, StoredFile> day in files.Where(file => file.Kind == FileKind.Hours).GroupBy(file => file.Day).ToList())
            foreach (FileKind kind in new[] { FileKind.Totals, FileKind.Names })
                Keep(files, Copy(_writer, kind, day.Key, number++, SumsOf(kind, "read_parquet($files::VARCHAR[])", "true"), [("files", day.Select(PathOf).ToList())], LastingLevel));
        Save(_manifest with { Version = Manifest.CurrentVersion, Files = files, NextFile = number });
    }

    private static List<int> Days(DuckDBConnection connection, string sql, string file)
    {
        List<int> days = [];
        using DuckDBCommand command = StoreEngine.Command(connection, sql, ("file", file));
        using DuckDBDataReader reader = command.ExecuteReader();
        while (reader.Read()) days.Add((int)reader.GetInt64(0));
        return days;
    }

    private (string Name, string Path) NewFile(FileKind kind, int day, long number)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{FolderOf(kind)}/{Microseconds.Date(day):yyyy-MM-dd}/{number:d9}.parquet"), path = Path.Combine(_options.Dir, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return (name, path);
    }

    // Writes one file and syncs it. Null: there was nothing to write.
    private StoredFile? Copy(DuckDBConnection connection, FileKind kind, int day, long number, string select, (string, object)[] values, int level = QuickLevel)
    {
        (string name, string path) = NewFile(kind, day, number);
        try
        {
            StoreEngine.Run(connection, $"COPY ({select}) TO {StoreEngine.Quoted(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {level}, ROW_GROUP_SIZE {RowsPerGroup})", values);
            long bytes;
            using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
            {
                RandomAccess.FlushToDisk(file);
                bytes = RandomAccess.GetLength(file);
            }
            string counted = kind switch { FileKind.Flows => "rid", FileKind.Events => EventColumns.Arrival, _ => "0" };
            using DuckDBCommand command = StoreEngine.Command(connection, $"SELECT count(*), coalesce(min({counted}), 0)::BIGINT, coalesce(max({counted}), 0)::BIGINT FROM read_parquet($file)", ("file", path));
            using DuckDBDataReader reader = command.ExecuteReader();
            reader.Read();
            var made = new StoredFile { Kind = kind, Day = day, Path = name, Bytes = bytes, Rows = reader.GetInt64(0), From = reader.GetInt64(1), To = reader.GetInt64(2) };
            if (made.Rows > 0) return made;
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        File.Delete(path);
        return null;
    }
}
