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
    private readonly List<(string Path, bool IsFolder, byte[] Content)> _made = [];
    private readonly string _folder;
    private readonly FolderLock _lock;
    private readonly bool _isShared;

    private FolderGuard(string folder)
    {
        _folder = folder;
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

    /// <summary>Guards a folder. Entries that cannot be held (symbolic links) are a <see cref="BoxException"/>; nothing is left behind then.</summary>
    public static FolderGuard Of(string folder, string home)
    {
        var guard = new FolderGuard(folder);
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
        byte[] content = Encoding.UTF8.GetBytes(empty);
        if (there is null)
        {
            if (!evenIfMissing) return;
            Make(path, isFolder, content);
        }
        // Another box is in this folder: what looks as if it had made it is removed by whichever ends last.
        else if (_isShared && evenIfMissing && IsStandIn(path, isFolder, content)) _made.Add((path, isFolder, content));
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
        if (_made.Count > 0 && !_lock.TakeAlone()) _made.Clear();
        for (int i = _made.Count - 1; i >= 0; i--)
        {
            (string path, bool isFolder, byte[] content) = _made[i];
            try
            {
                if (Entry(path) is null or { LinkTarget: not null } || !IsStandIn(path, isFolder, content)) continue;
                if (isFolder) Directory.Delete(path, recursive: false);
                else File.Delete(path);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
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

    private static bool IsStandIn(string path, bool isFolder, byte[] content) => isFolder
        ? Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any()
        : new FileInfo(path) is { Exists: true } file && file.Length == content.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(content);

    private void Hold(GuardedEntry entry) => Hold(Path.Combine(_folder, entry.Name), entry.IsFolder, entry.EvenIfMissing, entry.Empty);

    private void Make(string path, bool isFolder, byte[] content)
    {
        if (isFolder) Directory.CreateDirectory(path);
        else
        {
            using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(content);
        }
        _made.Add((path, isFolder, content));
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
