namespace Exeat.Store;

/// <summary>What a question reads from: the files of the days it needs, without dead rows, and the tails.</summary>
internal sealed class LiveRows
{
    private LiveRows(string from, List<(string, object)> values) => (From, Values) = (from, values);

    /// <summary>A table expression of ours.</summary>
    public string From { get; }

    /// <summary>The paths, as parameters.</summary>
    public IReadOnlyList<(string Name, object Value)> Values { get; }

    /// <summary>Rows of flows.</summary>
    public static LiveRows Flows(FileView view, string folder, Func<StoredFile, bool> isNeeded)
    {
        List<StoredFile> files = [.. view.Files.Where(file => file.Kind == FileKind.Flows && isNeeded(file))];
        List<string> clean = Paths(files.Where(file => !view.Dirty.Contains(file.Path)), folder), dirty = Paths(files.Where(file => view.Dirty.Contains(file.Path)), folder);
        dirty.Add(view.WaitingFlows);
        string from = $"SELECT {FlowColumns.Names} FROM read_parquet($dirty::VARCHAR[]) ANTI JOIN dead USING (rid)";
        if (clean.Count > 0) from += $" UNION ALL SELECT {FlowColumns.Names} FROM read_parquet($clean::VARCHAR[])";
        return new LiveRows($"({from})", [("clean", clean), ("dirty", dirty)]);
    }

    /// <summary>Rows of events.</summary>
    public static LiveRows Events(FileView view, string folder, Func<StoredFile, bool> isNeeded) =>
        new("read_parquet($files::VARCHAR[])", [("files", (List<string>)[.. Paths(view.Files.Where(file => file.Kind == FileKind.Events && isNeeded(file)), folder), view.WaitingEvents])]);

    /// <summary>Sums of this kind. Those of days that have one file alone are final and come as <c>settled</c> (null: there are none); of other days what takes back may lie beside what it takes back.</summary>
    public static (LiveRows Open, string? Settled) Sums(FileView view, string folder, FileKind kind, Func<StoredFile, bool> isNeeded)
    {
        (string keys, long step) = (SumColumns.KeysOf(kind), SumColumns.StepOf(kind));
        HashSet<int> tailDays = [.. view.Tails.SelectMany(tail => tail.Sums.Days)];
        ILookup<bool, StoredFile> files = view.Files.Where(file => file.Kind == kind && isNeeded(file)).GroupBy(file => file.Day)
            .SelectMany(day => day.Select(file => (File: file, IsSettled: day.Count() == 1 && !tailDays.Contains(day.Key)))).ToLookup(file => file.IsSettled, file => file.File);
        List<string> open = Paths(files[false], folder), settled = Paths(files[true], folder);
        List<string> from = [$"SELECT began - began % {step} AS began, {keys}, attempts, bytes_out, bytes_in FROM read_parquet($waiting)"];
        if (open.Count > 0) from.Add($"SELECT began, {keys}, attempts, bytes_out, bytes_in FROM read_parquet(${FlowStore.FolderOf(kind)}_open::VARCHAR[])");
        return (new LiveRows($"({string.Join(" UNION ALL ", from)})", [("waiting", view.WaitingSums), ($"{FlowStore.FolderOf(kind)}_open", open), ($"{FlowStore.FolderOf(kind)}_settled", settled)]), settled.Count > 0 ? $"read_parquet(${FlowStore.FolderOf(kind)}_settled::VARCHAR[])" : null);
    }

    private static List<string> Paths(IEnumerable<StoredFile> files, string folder) => [.. files.Select(file => Path.Combine(folder, file.Path))];
}
