using System.Text;
using System.Text.Json;
using Exeat.Linux;

namespace Exeat.Run.Box.Folder;

/// <summary>An empty entry that was made in a working folder only to mount on, and how to take it away again.</summary>
/// <param name="Folder">The working folder.</param>
/// <param name="Path">The entry.</param>
/// <param name="IsFolder">A folder; otherwise a file.</param>
/// <param name="Empty">What is in the file.</param>
internal sealed record StandIn(string Folder, string Path, bool IsFolder, string Empty)
{
    /// <summary>Whether the entry is there and nobody has written to it.</summary>
    public bool IsUntouched => IsFolder
        ? Directory.Exists(Path) && new DirectoryInfo(Path).LinkTarget is null && !Directory.EnumerateFileSystemEntries(Path).Any()
        : new FileInfo(Path) is { Exists: true, LinkTarget: null } file && file.Length == Encoding.UTF8.GetByteCount(Empty) && File.ReadAllText(Path) == Empty;

    /// <summary>Notes it in a list, one a line: for whoever is left when the one who made it was killed.</summary>
    public void NoteIn(string list) => File.AppendAllText(list, JsonSerializer.Serialize(this, StandInJson.Default.StandIn) + "\n");

    /// <summary>Removes what a list names, and the list; false while somebody else is in the folder, who may have mounted on them.</summary>
    public static bool RemoveListed(string list)
    {
        if (!File.Exists(list)) return true;
        // The last line of one who was killed may be half a line; what it names was not made.
        StandIn[] made = [.. File.ReadAllText(list).Split('\n').SkipLast(1).Select(line => JsonSerializer.Deserialize(line, StandInJson.Default.StandIn)!)];
        foreach (IGrouping<string, StandIn> within in made.GroupBy(standIn => standIn.Folder))
        {
            if (!Directory.Exists(within.Key)) continue;
            try
            {
                using FolderLock? folder = FolderLock.Share(within.Key);
                if (folder is null || !folder.TakeAlone()) return false;
                Remove(within);
            }
            catch (KernelException)
            {
                // A folder that this user may not open any more must not keep the next run, of any folder, from beginning.
                return false;
            }
        }
        File.Delete(list);
        return true;
    }

    /// <summary>Removes them, last made first, unless somebody outside has written to them since. The caller is alone in the folder.</summary>
    public static void Remove(IEnumerable<StandIn> made)
    {
        foreach (StandIn standIn in made.Reverse())
        {
            try
            {
                // A link above it leads to what is not ours.
                if (!standIn.IsUntouched || RealPath.TryOf(System.IO.Path.GetDirectoryName(standIn.Path)!) != System.IO.Path.GetDirectoryName(standIn.Path)) continue;
                if (standIn.IsFolder) Directory.Delete(standIn.Path, recursive: false);
                else File.Delete(standIn.Path);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Somebody writes to it at this moment, or the folder may not be written any more: it stays.
            }
        }
    }
}
