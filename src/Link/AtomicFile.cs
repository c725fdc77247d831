using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Exeat.Link;

/// <summary>Files that are there whole or not at all, also after a power failure.</summary>
internal static class AtomicFile
{
    /// <summary>For what only this program reads.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>For what the gateway reads too: by the group, which both are in.</summary>
    public const UnixFileMode ForGateway = Private | UnixFileMode.GroupRead;

    /// <summary>Writes beside, syncs, and renames onto.</summary>
    public static void Write(string path, string text, UnixFileMode mode)
    {
        string fresh = path + ".new";
        File.Delete(fresh);
        WriteNew(fresh, text, mode);
        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>Writes a file that is not there yet, and syncs it.</summary>
    public static void WriteNew(string path, string text, UnixFileMode mode)
    {
        WriteUnsynced(path, text, mode);
        Sync(path);
    }

    /// <summary>Writes a file that is not there yet, to be synced later.</summary>
    public static void WriteUnsynced(string path, string text, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using var stream = new FileStream(path, options);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Returns when the disk has what was written.</summary>
    public static void Sync(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.FlushToDisk(file);
    }
}
