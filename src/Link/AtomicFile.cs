using System.Runtime.InteropServices;
using System.Text;

namespace Exeat.Link;

/// <summary>Files that are there whole or not at all, also after a power failure.</summary>
internal static partial class AtomicFile
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
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using var stream = new FileStream(path, options);
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Makes a second name of a file (link(2)). False: the file system has no links, or this file has too many.</summary>
    public static bool TryLink(string path, string name) => Link(path, name) == 0;

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string name);
}
