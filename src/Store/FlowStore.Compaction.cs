using DuckDB.NET.Data;

namespace Exeat.Store;

// Small files of a day become one.
public sealed partial class FlowStore
{
    // A file of so many rows is large enough; it is not written again.
    private const long LargeFileRows = 4_000_000;

    // So many replaced rows in files cost every query something.
    private const int MostDead = 20_000;

    // What failed once, for want of memory or room, mostly fails again; each try costs what the merge would.
    private static readonly TimeSpan PassedOverFor = TimeSpan.FromHours(1);

    // Used with _upkeep.
    private readonly Dictionary<(FileKind Kind, int Day), long> _passedOver = [];

    private long _failedMerges;

    /// <summary>Merges small files of one day, or those in which rows were replaced. False: there was nothing to merge.</summary>
    internal bool Compact()
    {
        lock (_upkeep)
        {
            Manifest before;
            lock (_ingest) before = _manifest;
            if (Mergeable(before) is not { } merged) return false;
            try
            {
                Merge(before, merged);
            }
            catch (Exception error) when (error is DuckDBException or IOException or UnauthorizedAccessException)
            {
                // It stays as it is, which costs questions something; the others are not to wait for it.
                _passedOver[(merged[0].Kind, merged[0].Day)] = _time.GetTimestamp();
                lock (_ingest) _failedMerges++;
                Tell($"compaction of {FolderOf(merged[0].Kind)} of {Microseconds.Date(merged[0].Day):yyyy-MM-dd}, tried again in an hour: {error.Message}");
            }
            return true;
        }
    }

    private void Merge(Manifest before, List<StoredFile> merged)
    {
        (FileKind kind, int day) = (merged[0].Kind, merged[0].Day);
        long number = before.NextFile;
        using DuckDBConnection connection = _engine.Connect();
        List<string> paths = [.. merged.Select(PathOf)];
        // Only rows whose later row is in a file too: a crash must not lose the one that is left.
        List<long> dead = kind == FileKind.Flows ? [.. before.Dead] : [];
        StoreEngine.Run(connection, "CREATE TEMP TABLE gone AS SELECT unnest($dead::BIGINT[]) AS rid", ("dead", dead));
        string from = kind switch
        {
            FileKind.Flows => $"SELECT {FlowColumns.Names} FROM read_parquet($files::VARCHAR[]) ANTI JOIN gone USING (rid) ORDER BY agent, began",
            FileKind.Events => $"SELECT {EventColumns.Names} FROM read_parquet($files::VARCHAR[]) ORDER BY agent, time",
            _ => SumsOf(kind, "read_parquet($files::VARCHAR[])", "true"),
        };
        StoredFile? made = Copy(connection, kind, day, number++, from, [("files", paths)], LastingLevel);
        try
        {
            CrashPoint.Reached("compacted");
            lock (_ingest)
            {
                List<StoredFile> files = [.. _manifest.Files.Except(merged)];
                if (made is not null) files.Add(made);
                IReadOnlyList<long> left = InFiles(before.Dead.Except(RowsOf(connection, merged, dead)), files);
                HashSet<long> undead = [.. before.Dead.Except(left)];
                Save(_manifest with { Files = files, Dead = left, NextFile = Math.Max(number, _manifest.NextFile) });
                lock (_swap)
                {
                    Unbury(undead);
                    _shelf.Show(View(), merged);
                }
            }
        }
        catch
        {
            // Not named by the manifest: nobody misses it.
            if (made is not null && !_manifest.Files.Contains(made)) File.Delete(PathOf(made));
            throw;
        }
    }

    // Those of the rows that the files have.
    private HashSet<long> RowsOf(DuckDBConnection connection, List<StoredFile> files, List<long> rows)
    {
        HashSet<long> found = [];
        if (rows.Count == 0 || files[0].Kind != FileKind.Flows) return found;
        using DuckDBCommand command = StoreEngine.Command(connection, "SELECT f.rid FROM read_parquet($files::VARCHAR[]) f SEMI JOIN gone USING (rid)", ("files", files.Select(PathOf).ToList()));
        using DuckDBDataReader reader = command.ExecuteReader();
        while (reader.Read()) found.Add(reader.GetInt64(0));
        return found;
    }

    private List<StoredFile>? Mergeable(Manifest manifest)
    {
        List<StoredFile> files = [.. manifest.Files.Where(file => !_passedOver.TryGetValue((file.Kind, file.Day), out long failed) || _time.GetElapsedTime(failed) >= PassedOverFor)];
        foreach (IGrouping<(FileKind Kind, int Day), StoredFile> day in files.GroupBy(file => (file.Kind, file.Day)))
        {
            List<StoredFile> small = [.. day.Where(file => file.Rows < LargeFileRows)];
            if (small.Count > _options.MaxFilesPerDay) return small;
        }
        if (manifest.Dead.Count <= MostDead) return null;
        var dead = new SortedSet<long>(manifest.Dead);
        return files.Where(file => file.Kind == FileKind.Flows && dead.GetViewBetween(file.From, file.To).Count > 0).GroupBy(file => file.Day)
            .OrderByDescending(day => day.Sum(file => dead.GetViewBetween(file.From, file.To).Count)).FirstOrDefault()?.ToList();
    }
}
