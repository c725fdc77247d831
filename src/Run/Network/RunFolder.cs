using System.Globalization;
using Exeat.Run.Box.Folder;

namespace Exeat.Run.Network;

/// <summary>Where a run keeps its documents and records: a folder of the person's state, which the command never sees. Records stay after the run; all else goes.</summary>
public sealed class RunFolder
{
    /// <summary>The journal within a run's folder, and that of its published ports.</summary>
    public const string Journal = "journal", PublishedJournal = PublishedPorts.JournalFolder;

    /// <summary>The gateway's management socket.</summary>
    public const string Socket = "gateway.sock";

    internal const string Channel = "run.sock", Plan = "run.json", Spaces = "spaces", Held = "held", StandIns = "stand-ins";

    // Enough to look back; each is a few hundred kilobytes.
    private const int KeptRuns = 20;

    // sun_path of unix(7), and the longest name below the folder.
    private const int MaxSocketPath = 107;

    private readonly FileStream? _held;

    private RunFolder(string path, FileStream? held) => (Path, _held) = (path, held);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Its last part: the run's id.</summary>
    public string Id => System.IO.Path.GetFileName(Path);

    /// <summary>All runs of this person: <c>$XDG_STATE_HOME/exeat/runs</c>, of root <c>/var/lib/exeat/runs</c>.</summary>
    public static string Root(bool isRoot)
    {
        if (isRoot) return "/var/lib/exeat/runs";
        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state) || !System.IO.Path.IsPathRooted(state)) state = System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".local", "state");
        return System.IO.Path.Combine(state, "exeat", "runs");
    }

    /// <summary>A home folder for commands of one kind, which stays between runs: for logins and settings of a runtime. Beside the runs, never among them.</summary>
    public static string Home(string root, string kind)
    {
        string home = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(root)!, "homes", kind);
        Make(home);
        return home;
    }

    /// <summary>Makes a new one, and removes the oldest of those that are over and many.</summary>
    public static RunFolder Create(string root, DateTimeOffset now)
    {
        Make(root);
        Sweep(root);
        string id = $"{now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{Guid.NewGuid().ToString("n")[..4]}";
        string path = System.IO.Path.Combine(root, id);
        if (System.IO.Path.Combine(path, Socket).Length > MaxSocketPath)
            throw new RunException(RunException.InputWrong, $"{root}: this path is too long for sockets below it; set XDG_STATE_HOME to a shorter one");
        Make(path);
        return new RunFolder(path, new FileStream(System.IO.Path.Combine(path, Held), FileMode.Create, FileAccess.ReadWrite, FileShare.None));
    }

    /// <summary>Those that run now, oldest first.</summary>
    public static IReadOnlyList<RunFolder> Running(string root) =>
        Directory.Exists(root) ? [.. Directory.EnumerateDirectories(root).Where(IsHeld).Order(StringComparer.Ordinal).Select(path => new RunFolder(path, null))] : [];

    /// <summary>Leaves the records alone: journals, and the documents that explain them. <paramref name="withRecords"/>: those too go, because nothing ran.</summary>
    public void Close(bool withRecords)
    {
        _held?.Dispose();
        if (!Clear(Path)) return;
        if (withRecords) Directory.Delete(Path, recursive: true);
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static void MakeHere(string path) => Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    // For the person alone: policy and records name what an agent does.
    private static void Make(string path)
    {
        if (OperatingSystem.IsLinux()) MakeHere(path);
        else throw new PlatformNotSupportedException();
    }

    private static void Sweep(string root)
    {
        string[] over = [.. Directory.EnumerateDirectories(root).Where(path => !IsHeld(path)).OrderDescending(StringComparer.Ordinal)];
        // Those of runs that were killed still have their sockets.
        foreach (string path in over.Take(KeptRuns)) Clear(path);
        foreach (string path in over.Skip(KeptRuns))
            if (Clear(path)) Directory.Delete(path, recursive: true);
    }

    // False: what was made in a working folder is still in somebody's use, and the list of it stays for the next time.
    private static bool Clear(string path)
    {
        foreach (string file in (string[])[Channel, Socket, Held]) File.Delete(System.IO.Path.Combine(path, file));
        foreach (string folder in (string[])[Spaces, "state"])
            if (Directory.Exists(System.IO.Path.Combine(path, folder))) Directory.Delete(System.IO.Path.Combine(path, folder), recursive: true);
        return StandIn.RemoveListed(System.IO.Path.Combine(path, StandIns));
    }

    private static bool IsHeld(string path)
    {
        string file = System.IO.Path.Combine(path, Held);
        if (!File.Exists(file)) return false;
        try
        {
            using var probe = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
