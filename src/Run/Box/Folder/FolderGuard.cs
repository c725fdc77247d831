using System.Collections.Immutable;
using System.Text;
using Exeat.Linux;

namespace Exeat.Run.Box.Folder;

/// <summary>
/// Holds the guarded entries of a working folder: each becomes a mount of its own, read-only, and so do the folders above it, since a mount can be neither renamed nor removed.
/// A missing one needs something to mount on: an empty entry is made for it, and taken away at the end.
/// </summary>
internal sealed class FolderGuard : IDisposable
{
    private readonly List<string> _readOnly = [];
    private readonly List<string> _pinned = [];
    private readonly List<StandIn> _made = [];
    private readonly string _folder;
    private readonly FolderLock _lock;
    private readonly bool _isShared;
    private readonly string? _list;

    private FolderGuard(string folder, string? list)
    {
        (_folder, _list) = (folder, list);
        // Removing what another box has mounted on would take its mount away. So stand-ins go with the last box of a folder, which is told by a lock.
        using (FolderLock? alone = FolderLock.Share(folder)) _isShared = alone is null || !alone.TakeAlone();
        _lock = Share(folder);
    }

    /// <summary>What is mounted read-only on itself.</summary>
    public IReadOnlyList<string> ReadOnly => _readOnly;

    /// <summary>What is mounted on itself only to stay where it is; the ones above come first.</summary>
    public IReadOnlyList<string> Pinned => _pinned;

    /// <summary>Names of files in the folder itself that are there only as long as the command runs: they are nothing to commit.</summary>
    public ImmutableArray<string> MadeNames => [.. _made.Where(made => Path.GetDirectoryName(made.Path) == _folder).Select(made => Path.GetFileName(made.Path))];

    /// <summary>
    /// Guards a folder. Entries that cannot be held (symbolic links) are a <see cref="BoxException"/>; nothing is left behind then. <paramref name="list"/> is a file that names what is made, for
    /// whoever clears up when this process is killed.
    /// </summary>
    public static FolderGuard Of(string folder, string home, string? list)
    {
        var guard = new FolderGuard(folder, list);
        try
        {
            GitGuard.Hold(guard, folder, home);
            foreach (GuardedEntry entry in GuardedEntries.All) guard.Hold(entry);
            foreach (string workspace in Directory.EnumerateFiles(folder, "*.code-workspace")) guard.Hold(workspace, isFolder: false, evenIfMissing: false, "");
        }
        catch (Exception failure)
        {
            guard.Dispose();
            if (failure is IOException or UnauthorizedAccessException) throw new BoxException($"the working folder {folder} cannot be guarded: {failure.Message}", failure);
            throw;
        }
        return guard;
    }

    /// <summary>Holds an entry read-only.</summary>
    public void Hold(string path, bool isFolder, bool evenIfMissing, string empty)
    {
        FileSystemInfo? there = Entry(path);
        if (there is { LinkTarget: not null })
        {
            throw new BoxException($"{path} is a symbolic link, which a box cannot hold: the command could put another in its place, and programs outside would obey it; put a real {(isFolder ? "folder" : "file")} there, or work in another folder");
        }
        var standIn = new StandIn(_folder, path, isFolder, empty);
        if (there is null)
        {
            if (!evenIfMissing) return;
            Make(standIn);
        }
        // Another box is in this folder: what looks as if it had made it is removed by whichever ends last.
        else if (_isShared && evenIfMissing && standIn.IsUntouched) _made.Add(standIn);
        Pin(Path.GetDirectoryName(path)!);
        _readOnly.Add(path);
    }

    /// <summary>Keeps a folder, and those above it up to the working folder, where they are.</summary>
    public void Pin(string path)
    {
        if (path == _folder || _pinned.Contains(path) || !path.StartsWith(_folder + '/', StringComparison.Ordinal)) return;
        Pin(Path.GetDirectoryName(path)!);
        if (Entry(path) is { LinkTarget: not null }) throw new BoxException($"{path} is a symbolic link, and something below it is to be held read-only: put a real folder there, or work in another one");
        _pinned.Add(path);
    }

    /// <summary>Takes away what was made to mount on, unless somebody outside has written to it since.</summary>
    public void Dispose()
    {
        if (_made.Count > 0 && _lock.TakeAlone()) StandIn.Remove(_made);
        _made.Clear();
        _lock.Dispose();
    }

    private static FolderLock Share(string folder)
    {
        // Somebody who ends has it alone for as long as removing takes.
        for (int tries = 0; tries < 100; tries++)
        {
            if (FolderLock.Share(folder) is { } taken) return taken;
            Thread.Sleep(20);
        }
        throw new BoxException($"another program has the working folder {folder} locked for itself (flock)");
    }

    private void Hold(GuardedEntry entry) => Hold(Path.Combine(_folder, entry.Name), entry.IsFolder, entry.EvenIfMissing, entry.Empty);

    // Noted first: one that was noted and not made is nothing to remove.
    private void Make(StandIn standIn)
    {
        if (_list is not null) standIn.NoteIn(_list);
        if (standIn.IsFolder) Directory.CreateDirectory(standIn.Path);
        else
        {
            using FileStream file = new(standIn.Path, FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.UTF8.GetBytes(standIn.Empty));
        }
        _made.Add(standIn);
    }

    // The entry itself, not what it points to; null when there is nothing.
    private static FileSystemInfo? Entry(string path)
    {
        FileSystemInfo entry = new FileInfo(path);
        if (entry.LinkTarget is not null || entry.Exists) return entry;
        entry = new DirectoryInfo(path);
        return entry.Exists ? entry : null;
    }
}
