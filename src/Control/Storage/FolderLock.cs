namespace Exeat.Control.Storage;

/// <summary>One control at a time owns a data folder. The kernel drops the lock with the process, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Makes the folder when it is not there, for its owner alone, and locks it.</summary>
    public static FolderLock Take(string folder)
    {
        try
        {
            PrivateFile.Folder(folder);
            // FileShare.None is flock(2) LOCK_EX on Linux.
            return new FolderLock(File.Open(Path.Combine(folder, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = PrivateFile.Mode,
            }));
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new ControlFailure(3, $"the data folder {folder} cannot be used ({refused.Message.TrimEnd('.')}): give it to the user that control runs as");
        }
        catch (IOException refused)
        {
            throw new ControlFailure(3, $"the data folder {folder} cannot be locked ({refused.Message.TrimEnd('.')}): is another exeat-control running on it?");
        }
    }

    public void Dispose() => _file.Dispose();
}
