using System.Text.RegularExpressions;

namespace Exeat.Run.Box.Folder;

/// <summary>
/// What Git reads of a repository and acts on outside the box: its hooks, its settings (programs for diffs, filters, file watching, signing), and the files that point to other settings.
/// Objects, references and the index stay writable, so that the command can commit.
/// </summary>
internal static partial class GitGuard
{
    private const string Name = ".git";

    public static void Hold(FolderGuard guard, string folder)
    {
        string git = Path.Combine(folder, Name);
        if (!Directory.Exists(git) || new DirectoryInfo(git).LinkTarget is not null || !Path.Exists(Path.Combine(git, "HEAD")))
        {
            // A file points to a repository elsewhere; a link is refused; a folder without HEAD is no repository, yet; and a new one would bring hooks and settings of its own.
            guard.Hold(git, isFolder: !File.Exists(git), evenIfMissing: true, "");
            return;
        }
        guard.Pin(git);
        HoldRepository(guard, git, folder);
    }

    private static void HoldRepository(FolderGuard guard, string git, string folder)
    {
        guard.Hold(Path.Combine(git, "hooks"), isFolder: true, evenIfMissing: true, "");
        guard.Hold(Path.Combine(git, "config"), isFolder: false, evenIfMissing: true, "");
        guard.Hold(Path.Combine(git, "config.worktree"), isFolder: false, evenIfMissing: true, "");
        // Where settings and hooks are read from, if it is there: "." is this very folder.
        guard.Hold(Path.Combine(git, "commondir"), isFolder: false, evenIfMissing: true, ".\n");
        // Settings and hooks of submodules, and the pointers of linked working trees.
        guard.Hold(Path.Combine(git, "modules"), isFolder: true, evenIfMissing: false, "");
        guard.Hold(Path.Combine(git, "worktrees"), isFolder: true, evenIfMissing: false, "");
        foreach (Match hooks in HooksPath().Matches(File.ReadAllText(Path.Combine(git, "config"))))
        {
            string path = Path.GetFullPath(hooks.Groups["path"].Value.Trim().Trim('"'), folder);
            if (path.StartsWith(folder + '/', StringComparison.Ordinal) && !path.StartsWith(git + '/', StringComparison.Ordinal)) HoldHooks(guard, path, folder);
        }
    }

    // A folder of hooks in the working tree. If its place is not there yet, the first missing folder of the way to it cannot be made.
    private static void HoldHooks(FolderGuard guard, string path, string folder)
    {
        string place = path;
        while (Path.GetDirectoryName(place) is { } above && above != folder && !Directory.Exists(above)) place = above;
        guard.Hold(place, isFolder: true, evenIfMissing: true, "");
    }

    [GeneratedRegex(@"^\s*hookspath\s*=\s*(?<path>.+)$", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex HooksPath();
}
