using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Exeat.Linux;
using Exeat.Run.Box.Folder;

namespace Exeat.Run.Box;

/// <summary>What a contained command sees of files: the arguments for bubblewrap (bwrap(1)), in the order in which it mounts.</summary>
internal sealed class BoxLayout
{
    public const string GitExcludes = "/run/exeat/git-excludes";
    private const string HostName = "exeat-box";
    // tmpfs counts against the machine's memory; /tmp is as large as the kernel's default, half of it.
    private const long RunBytes = 16 << 20;

    private static readonly ImmutableArray<string> System = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix", "/gnu", "/snap"];
    // Runtimes count processors and memory nodes here.
    private static readonly ImmutableArray<string> SystemIfThere = ["/sys/devices/system/cpu", "/sys/devices/system/node", "/var/lib/ca-certificates", "/var/cache/fontconfig"];
    // Working there would bring back what the box hides, or let system files be written.
    private static readonly ImmutableArray<string> NoFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev", "/run", "/boot", "/nix", "/gnu", "/snap", "/var/run"];

    private readonly List<string> _arguments = [];
    private readonly List<byte[]> _files = [];
    private readonly List<string> _guarded = [];
    private readonly List<string> _hidden = [];
    private readonly int _firstFile;

    private BoxLayout(int firstFile) => _firstFile = firstFile;

    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>Contents that the arguments name by descriptor, from the first one on.</summary>
    public IReadOnlyList<byte[]> Files => _files;

    /// <summary>The working folder, and places in it that must stay mounts as long as the command runs.</summary>
    public IReadOnlyList<string> Guarded => _guarded;

    public static string RuntimeFolder(BoxUser user) => $"/run/user/{user.Shown.ToString(CultureInfo.InvariantCulture)}";

    public static BoxLayout Of(BoxRequest request, string home, FolderGuard guard, int firstFile)
    {
        var layout = new BoxLayout(firstFile);
        layout.AddSystem();
        layout.AddEtc(request, home);
        layout.AddFresh(request, guard);
        layout.AddHome(request, home);
        layout.Add("--bind", request.Folder, request.Folder);
        foreach (string path in guard.Pinned) layout.Add("--bind", path, path);
        foreach (string path in guard.ReadOnly) layout.Add("--ro-bind", path, path);
        foreach (string path in request.ReadOnly.Concat(BoxEnvironment.Certificates(request)).Where(Path.Exists)) layout.Add("--ro-bind", path, path);
        foreach (string path in request.Hidden.Where(Path.Exists).Where(path => !layout.IsHidden(path, request.Folder))) layout.Hide(path);
        layout._guarded.AddRange([request.Folder, .. guard.Pinned, .. guard.ReadOnly, .. request.ReadOnly.Concat(request.Hidden).Where(Path.Exists).Where(path => path.StartsWith(request.Folder + '/', StringComparison.Ordinal))]);
        layout.Add("--remount-ro", "/etc");
        layout.Add("--remount-ro", "/");
        layout.Add("--chdir", request.Folder);
        return layout;
    }

    /// <summary>Why a folder cannot be the working folder; null when it can.</summary>
    public static string? Refusal(string folder, string home)
    {
        if (!Path.IsPathRooted(folder) || Path.GetFullPath(folder) != folder) return $"the working folder {folder} is not an absolute path";
        if (!Directory.Exists(folder)) return $"the working folder {folder} is not there";
        if (home == folder || home.StartsWith(folder.TrimEnd('/') + '/', StringComparison.Ordinal))
        {
            return $"the working folder {folder} holds the home folder {home}, with its keys and start-up files: go to the folder of one project";
        }
        foreach (string place in NoFolders)
        {
            if (folder == place || folder.StartsWith(place + '/', StringComparison.Ordinal) || place.StartsWith(folder + '/', StringComparison.Ordinal))
                return $"the working folder {folder} belongs to the system: go to the folder of one project";
        }
        return null;
    }

    private void AddSystem()
    {
        foreach (string place in System)
        {
            var entry = new DirectoryInfo(place);
            if (entry.LinkTarget is { } target) Add("--symlink", target, place);
            else if (entry.Exists) Add("--ro-bind", place, place);
        }
        Add("--proc", "/proc");
        // The settings of a network belong to whoever is user 0 of its owner: that is the person, and so the command.
        Add("--ro-bind", "/proc/sys", "/proc/sys");
        Add("--dev", "/dev");
        Add("--perms", "1777", "--tmpfs", "/dev/shm");
        Add("--remount-ro", "/dev");
        foreach (string place in SystemIfThere.Where(Path.Exists)) Add("--ro-bind", place, place);
    }

    // Entry by entry, so that a few can be others: a mount cannot be put where there is nothing, or where a link leads away.
    private void AddEtc(BoxRequest request, string home)
    {
        Add("--perms", "0755", "--tmpfs", "/etc");
        foreach (FileSystemInfo entry in new DirectoryInfo("/etc").EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (BoxFiles.NotShown.Contains(entry.Name)) continue;
            if (entry.LinkTarget is { } target) Add("--symlink", target, entry.FullName);
            else if (IsReadable(entry)) Add("--ro-bind", entry.FullName, entry.FullName);
        }
        if (BoxFiles.SshSettings() is { } settings) AddFile(BoxFiles.SshFile, settings, "0444");
        foreach ((string name, string content) in BoxFiles.Etc(request, home, HostName)) AddFile($"/etc/{name}", content, "0444");
        Add("--symlink", "/proc/mounts", "/etc/mtab");
        Add("--hostname", HostName);
    }

    private void AddFresh(BoxRequest request, FolderGuard guard)
    {
        Add("--perms", "1777", "--tmpfs", "/tmp");
        Add("--perms", "0755", "--size", RunBytes.ToString(CultureInfo.InvariantCulture), "--tmpfs", "/run");
        Add("--perms", "0700", "--dir", RuntimeFolder(request.User));
        if (!guard.MadeNames.IsEmpty) AddFile(GitExcludes, string.Concat(guard.MadeNames.Select(name => $"/{name}\n")), "0444");
        Add("--perms", "0755", "--dir", "/var");
        Add("--symlink", "../tmp", "/var/tmp");
        Add("--symlink", "../run", "/var/run");
    }

    private void AddHome(BoxRequest request, string home)
    {
        if (request.Home == HomeView.ReadOnly)
        {
            Add("--ro-bind", home, home);
            // Sockets answer on a read-only mount too, and keys are keys.
            foreach (string name in HomeSecrets.Of(home, request.Environment)) Hide(name);
            return;
        }
        if (request.KeptHome is { } kept) Add("--bind", kept, home);
        else Add("--perms", "0700", "--tmpfs", home);
        foreach (string folder in HomeTools.Of(home, request.Environment.GetValueOrDefault("PATH"))) Add("--ro-bind", folder, folder);
    }

    // Nothing can be put into a place that is empty for the command, nor is there need; the working folder, wherever it lies, is shown again.
    private bool IsHidden(string path, string folder) =>
        RealPath.TryOf(path) is { } real && !real.StartsWith(folder + '/', StringComparison.Ordinal) && _hidden.Exists(hidden => real.StartsWith(hidden + '/', StringComparison.Ordinal));

    private void Hide(string path)
    {
        _hidden.Add(path);
        if (Directory.Exists(path)) Add("--perms", "0555", "--tmpfs", path, "--remount-ro", path);
        else Add("--ro-bind", "/dev/null", path);
    }

    private void AddFile(string path, string content, string permissions)
    {
        _files.Add(Encoding.UTF8.GetBytes(content));
        Add("--perms", permissions, "--ro-bind-data", (_firstFile + _files.Count - 1).ToString(CultureInfo.InvariantCulture), path);
    }

    private void Add(params ReadOnlySpan<string> arguments) => _arguments.AddRange(arguments);

    // A mount needs to look at what it mounts.
    private static bool IsReadable(FileSystemInfo entry)
    {
        try
        {
            if (entry is DirectoryInfo folder) _ = folder.EnumerateFileSystemInfos().Any();
            else using (File.OpenHandle(entry.FullName)) return true;
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
