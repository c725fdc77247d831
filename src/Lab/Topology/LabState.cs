using System.Globalization;
using Exeat.Lab.World;

namespace Exeat.Lab.Topology;

/// <summary>The lab's folder: private to its owner, under the temporary folder, gone with the lab.</summary>
public sealed class LabState(string path)
{
    private const string Prefix = "exeat-lab-", OwnerFile = "owner", HoldFile = "held", ReportFile = "report.json";

    /// <summary>Where it is.</summary>
    public string Folder => path;

    /// <summary>The gateway's documents.</summary>
    public string Documents => Path.Combine(path, "etc");

    /// <summary>The gateway's journal.</summary>
    public string Journal => Path.Combine(path, "journal");

    /// <summary>The gateway's state.</summary>
    public string Gateway => Path.Combine(path, "gateway");

    /// <summary>Where clients keep what they fetch.</summary>
    public string Scratch => Path.Combine(path, "scratch");

    /// <summary>The world's git repositories.</summary>
    public string Git => Path.Combine(path, WorldProgram.GitFolder);

    /// <summary>The lab authority's certificate.</summary>
    public string Authority => Path.Combine(path, WorldProgram.AuthorityFile);

    /// <summary>The result, as one JSON object.</summary>
    public string Report => Path.Combine(path, ReportFile);

    /// <summary>The process whose end is the lab's end, or null when it was never written.</summary>
    public int? OwnerId => ReadOwner()?.Id;

    /// <summary>Makes a new one.</summary>
    public static LabState Create() => new LabState(Directory.CreateTempSubdirectory(Prefix).FullName).Filled();

    /// <summary>One of several labs that share a folder, and its end.</summary>
    public LabState Within(string name) => new LabState(Path.Combine(path, name)).Filled();

    /// <summary>All that exist and are readable by the caller, living or left behind.</summary>
    public static IEnumerable<LabState> All()
    {
        foreach (string folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            if (OperatingSystem.IsLinux() && (File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0) yield return new LabState(folder);
        }
    }

    /// <summary>Notes which process holds the lab, with its start time: an id alone may come to mean another process.</summary>
    public void WriteOwner(int processId) =>
        File.WriteAllText(Path.Combine(path, OwnerFile), $"{processId} {StartOf(processId)}");

    /// <summary>Holds the folder as long as the result is not disposed and this process lives.</summary>
    public IDisposable Hold() => new FileStream(Path.Combine(path, HoldFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Whether a living process holds it. A lock tells, not a process id: ids mean something else in another process namespace.</summary>
    public bool IsHeld()
    {
        try
        {
            if (!File.Exists(Path.Combine(path, HoldFile))) return false;
            using IDisposable taken = Hold();
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Whether the noted process lives here and is still the same one.</summary>
    public bool IsAlive() => ReadOwner() is { } owner && owner.Started.Length > 0 && StartOf(owner.Id) == owner.Started;

    /// <summary>Removes the folder.</summary>
    public void Remove()
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's, or already gone: nothing of ours is left in use.
        }
    }

    private LabState Filled()
    {
        foreach (string folder in (string[])[Documents, Journal, Gateway, Scratch, Git]) Directory.CreateDirectory(folder);
        return this;
    }

    private (int Id, string Started)? ReadOwner()
    {
        try
        {
            string[] parts = File.ReadAllText(Path.Combine(path, OwnerFile)).Split(' ');
            return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int id) ? (id, parts[1]) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Field 22 of /proc/PID/stat, counted after the command's name, which may contain anything (proc(5)).
    private static string StartOf(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return "";
        }
    }
}
