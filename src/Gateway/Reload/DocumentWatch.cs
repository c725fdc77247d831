using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Reload;

/// <summary>
/// Tells when something may have happened to documents: the files themselves, files renamed onto them, and symbolic links on the way to them that now lead elsewhere
/// (Kubernetes' <c>..data</c>, a <c>current</c> link of releases). It may be wrong in both directions: who listens compares contents, and asks now and then anyway.
/// </summary>
internal sealed class DocumentWatch(Action changed, ILogger log) : IDisposable
{
    // Links that lead to links: more is a loop, or nobody's doing.
    private const int MostLinks = 16;

    private readonly List<FileSystemWatcher> _watchers = [];
    private bool _failed;

    /// <summary>Watches these paths and no others from here on.</summary>
    public void Watch(IEnumerable<string> paths)
    {
        foreach (FileSystemWatcher old in _watchers) old.Dispose();
        _watchers.Clear();
        var files = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            foreach (string step in Steps(path))
            {
                string folder = Path.GetDirectoryName(step) ?? "/";
                if (!files.TryGetValue(folder, out HashSet<string>? names)) files[folder] = names = new HashSet<string>(StringComparer.Ordinal);
                names.Add(Path.GetFileName(step));
                if (Directory.Exists(step)) folders.Add(step);
            }
        }
        // Of a folder everything counts that is a document or may hold one; of the folder around a file only the file, or what links lead through.
        foreach (string folder in folders) Add(folder, deep: true, name => Path.GetExtension(name) is ".yaml" or ".yml" or "" || name.StartsWith("..", StringComparison.Ordinal));
        foreach ((string folder, HashSet<string> names) in files) Add(folder, deep: false, name => names.Contains(name) || name.StartsWith("..", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        foreach (FileSystemWatcher watcher in _watchers) watcher.Dispose();
        _watchers.Clear();
    }

    /// <summary>The path, and every path that a link in it leads to, each as it is and not as it resolves.</summary>
    private static List<string> Steps(string path)
    {
        List<string> steps = [];
        var open = new Queue<string>([Path.GetFullPath(path)]);
        while (open.TryDequeue(out string? next) && steps.Count < MostLinks)
        {
            steps.Add(next);
            // The nearest link on the way, this path itself included, is a step of its own; behind it goes on what it leads to.
            for (string? at = next; at is not null && at.Length > 1; at = Path.GetDirectoryName(at))
            {
                if (new FileInfo(at).LinkTarget is not { } target) continue;
                if (at != next) steps.Add(at);
                open.Enqueue(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(at)!, target)) + next[at.Length..]);
                break;
            }
        }
        return steps;
    }

    private void Add(string folder, bool deep, Predicate<string> counts)
    {
        if (!Directory.Exists(folder)) return;
        try
        {
            var watcher = new FileSystemWatcher(folder)
            {
                IncludeSubdirectories = deep,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Attributes,
            };
            void Tell(object sender, FileSystemEventArgs e)
            {
                if (counts(Path.GetFileName(e.FullPath)) || e is RenamedEventArgs renamed && counts(Path.GetFileName(renamed.OldFullPath))) changed();
            }
            watcher.Changed += Tell;
            watcher.Created += Tell;
            watcher.Deleted += Tell;
            watcher.Renamed += Tell;
            // Events were lost.
            watcher.Error += (_, _) => changed();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The kernel has no more watches to give, or the folder went: the comparison at intervals still sees every change.
            if (!_failed) log.WatchFailed(folder, refused.Message);
            _failed = true;
        }
    }
}
