using Exeat.Linux;

namespace Exeat.Run.Box.Folder;

/// <summary>
/// What Git reads of a repository and acts on outside the box: its hooks, its settings (programs for diffs, filters, file watching, signing), and the files that point to other settings.
/// Objects, references and the index stay writable, so that the command can commit.
/// </summary>
internal sealed class GitGuard
{
    private const string Name = ".git";

    // MAX_INCLUDE_DEPTH of Git's config.c.
    private const int MaxDepth = 10;

    private readonly FolderGuard _guard;
    private readonly string _folder;
    private readonly string _home;

    private GitGuard(FolderGuard guard, string folder, string home) => (_guard, _folder, _home) = (guard, folder, home);

    /// <summary>Holds what there is of repositories in a working folder. <paramref name="home"/> is what <c>~</c> means in their settings.</summary>
    public static void Hold(FolderGuard guard, string folder, string home)
    {
        var git = new GitGuard(guard, folder, home);
        if (IsRepository(folder)) git.HoldRepository(folder);
        else git.HoldNone();
        string inner = Path.Combine(folder, Name);
        if (!Directory.Exists(inner) || new DirectoryInfo(inner).LinkTarget is not null || !Path.Exists(Path.Combine(inner, "HEAD")))
        {
            // A file points to a repository elsewhere; a link is refused; a folder without HEAD is no repository, yet; and a new one would bring hooks and settings of its own.
            guard.Hold(inner, isFolder: !File.Exists(inner), evenIfMissing: true, "");
            return;
        }
        guard.Pin(inner);
        git.HoldRepository(inner);
    }

    private static bool IsRepository(string folder) =>
        Path.Exists(Path.Combine(folder, "HEAD")) && (File.Exists(Path.Combine(folder, "commondir")) || (Directory.Exists(Path.Combine(folder, "objects")) && Directory.Exists(Path.Combine(folder, "refs"))));

    // Where Git finds no valid .git (the command can move its HEAD away) it asks whether the folder itself is a repository: HEAD, and objects and refs that can be entered, here or in the
    // folder that commondir names (gitrepository-layout(5)). An empty file in the place of one keeps it from being one. Best not HEAD: a file of that name makes "git diff HEAD" ambiguous.
    private void HoldNone()
    {
        string missing = ((string[])["refs", "objects"]).FirstOrDefault(name => !Directory.Exists(Path.Combine(_folder, name)) && !CanBeEntered(Path.Combine(_folder, name))) ?? "HEAD";
        _guard.Hold(Path.Combine(_folder, missing), isFolder: false, evenIfMissing: true, "");
        _guard.Hold(Path.Combine(_folder, "commondir"), isFolder: false, evenIfMissing: true, ".\n");
    }

    private static bool CanBeEntered(string path) =>
        !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    private void HoldRepository(string git)
    {
        _guard.Hold(Path.Combine(git, "hooks"), isFolder: true, evenIfMissing: true, "");
        _guard.Hold(Path.Combine(git, "config"), isFolder: false, evenIfMissing: true, "");
        _guard.Hold(Path.Combine(git, "config.worktree"), isFolder: false, evenIfMissing: true, "");
        // Where settings and hooks are read from, if it is there: "." is this very folder.
        _guard.Hold(Path.Combine(git, "commondir"), isFolder: false, evenIfMissing: true, ".\n");
        // Settings and hooks of submodules, and the pointers of linked working trees.
        _guard.Hold(Path.Combine(git, "modules"), isFolder: true, evenIfMissing: false, "");
        _guard.Hold(Path.Combine(git, "worktrees"), isFolder: true, evenIfMissing: false, "");
        foreach (string settings in (string[])["config", "config.worktree"]) HoldNamed(Path.Combine(git, settings));
    }

    // What settings name and Git obeys: folders of hooks, and files of more settings. Level by level and each file once: they name each other and themselves as they like, and some come with the tree.
    private void HoldNamed(string settings)
    {
        HashSet<string> known = [settings];
        List<string> level = [settings];
        for (int depth = 0; depth <= MaxDepth; depth++)
            level = [.. level.Where(File.Exists).SelectMany(HoldNamedIn).Where(known.Add)];
    }

    private List<string> HoldNamedIn(string settings)
    {
        List<string> included = [];
        foreach ((string section, string name, string value) in GitSettings.In(File.ReadAllText(settings)))
        {
            if (value.Contains('\0', StringComparison.Ordinal)) continue;
            if (section == "core" && name == "hookspath") HoldPlace(Resolve(value, _folder), isFolder: true);
            else if (section is "include" or "includeif" && name == "path" && value.Length > 0) included.Add(Resolve(value, Path.GetDirectoryName(settings)!));
        }
        foreach (string path in included) HoldPlace(path, isFolder: false);
        return included;
    }

    // If the place is not there yet, the first missing folder of the way to it cannot be made.
    private void HoldPlace(string path, bool isFolder)
    {
        if (!path.StartsWith(_folder + '/', StringComparison.Ordinal)) return;
        string place = path;
        while (Path.GetDirectoryName(place) is { } above && above != _folder && !Directory.Exists(above)) place = above;
        _guard.Hold(place, place == path ? isFolder : true, evenIfMissing: true, "");
    }

    // From elsewhere a link may lead back in here.
    private string Resolve(string value, string from)
    {
        string path = value.StartsWith("~/", StringComparison.Ordinal) ? Path.GetFullPath(value[2..], _home) : Path.GetFullPath(value, from);
        return path.StartsWith(_folder + '/', StringComparison.Ordinal) ? path : RealPath.TryOf(path) ?? path;
    }
}
