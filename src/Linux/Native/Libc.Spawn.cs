using System.Runtime.InteropServices;

namespace Exeat.Linux.Native;

/// <summary>Starting programs (posix_spawn(3)) and terminals (ioctl_tty(2)).</summary>
internal static unsafe partial class Libc
{
    public const short POSIX_SPAWN_SETSIGDEF = 0x04, POSIX_SPAWN_SETSIGMASK = 0x08, POSIX_SPAWN_SETSID = 0x80;
    // Both structures are opaque; glibc takes 336 and 80 bytes, musl 336 and 80: more is room.
    public const int SpawnStructureBytes = 1024, SignalSetBytes = 128;
    public const int O_RDWR = 2, O_NOCTTY = 0x100, F_DUPFD_CLOEXEC = 1030;
    public const uint TIOCGWINSZ = 0x5413, TIOCSWINSZ = 0x5414, TIOCSPTLCK = 0x40045431, TIOCGPTPEER = 0x5441, TCGETS = 0x5401, TCSETS = 0x5402;
    public const uint MFD_CLOEXEC = 1;
    public const int SIG_BLOCK = 0, SIGTTIN = 21, SIGTTOU = 22;
    public const int LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4;

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Spawn(int* pid, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int InitializeActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int AddDuplicate(byte* actions, int descriptor, int wanted);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    public static partial int AddCloseFrom(byte* actions, int first);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static partial int InitializeAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static partial int SetSpawnFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int SetSpawnMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int SetSpawnDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    public static partial int FillSignals(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static partial int ClearSignals(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    public static partial int AddSignal(byte* signals, int signal);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    public static partial int ThreadSignalMask(int how, byte* signals, byte* before);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitFor(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "isatty", SetLastError = true)]
    public static partial int IsTerminal(FileDescriptor descriptor);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(FileDescriptor descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int ControlByNumber(FileDescriptor descriptor, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int DuplicateAbove(FileDescriptor descriptor, int command, int lowest);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(FileDescriptor descriptor, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(FileDescriptor descriptor, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(FileDescriptor descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial byte* ResolvePath(string path, byte* room);
}
