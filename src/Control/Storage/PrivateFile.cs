namespace Exeat.Control.Storage;

/// <summary>Files that only their owner may read: keys, one-time passwords, backups.</summary>
internal static class PrivateFile
{
    /// <summary>The mode of such a file.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the text whole or not at all: a start after a lost one finds no half of a key.</summary>
    public static void Write(string path, string text)
    {
        string fresh = path + ".new";
        File.Delete(fresh);
        using (FileStream file = Create(fresh))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>A new file; one that is there is an <see cref="IOException"/>.</summary>
    public static FileStream Create(string path) => File.Open(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, UnixCreateMode = Mode });

    /// <summary>A folder for its owner alone; one that is there stays as it is.</summary>
    public static void Folder(string path) => Directory.CreateDirectory(path, Mode | UnixFileMode.UserExecute);
}
