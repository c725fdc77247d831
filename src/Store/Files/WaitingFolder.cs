namespace Exeat.Store;

/// <summary>Where tails are written to for those who ask: <c>tmp/</c>, or memory when the disk is full, since questions go on then.</summary>
internal sealed class WaitingFolder(string onDisk) : IDisposable
{
    /// <summary>Made only when it is needed, and readable to nobody else.</summary>
    public string InMemory { get; } = Path.Combine("/dev/shm", $"exeat-store-{Guid.NewGuid():N}");

    /// <summary>Gives the path of a new file.</summary>
    public string Write(IReadOnlyList<ColumnShape> shapes, IReadOnlyList<PackedGroup> groups)
    {
        string name = $"waiting-{Guid.NewGuid():N}.parquet", path = Path.Combine(onDisk, name);
        try
        {
            ParquetFile.Write(path, shapes, groups, isSynced: false);
        }
        catch (IOException)
        {
            if (OperatingSystem.IsWindows()) throw;
            Directory.CreateDirectory(InMemory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            path = Path.Combine(InMemory, name);
            ParquetFile.Write(path, shapes, groups, isSynced: false);
        }
        return path;
    }

    public void Dispose()
    {
        if (Directory.Exists(InMemory)) Directory.Delete(InMemory, recursive: true);
    }
}
