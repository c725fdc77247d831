using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>A lock on a folder (flock(2)): several may have it at once, or one alone. The kernel lets go of it with the process.</summary>
public sealed class FolderLock : IDisposable
{
    private readonly FileDescriptor _folder;

    private FolderLock(FileDescriptor folder) => _folder = folder;

    /// <summary>Takes it together with others; null when somebody has it alone.</summary>
    public static FolderLock? Share(string folder)
    {
        int number = Libc.Open(folder, Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (number < 0) throw new KernelException("folder lock: open", folder, Libc.LastError);
        var taken = new FolderLock(new FileDescriptor(number));
        if (Libc.Lock(taken._folder, Libc.LOCK_SH | Libc.LOCK_NB) == 0) return taken;
        taken.Dispose();
        return null;
    }

    /// <summary>Makes it ours alone; false when others have it. It may be lost then, so this is for the end.</summary>
    public bool TakeAlone() => Libc.Lock(_folder, Libc.LOCK_EX | Libc.LOCK_NB) == 0;

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
