using System.Runtime.InteropServices;

namespace Exeat.Linux.Native;

/// <summary>What a process is and may do: ids, capabilities, and becoming another program.</summary>
internal static unsafe partial class Libc
{
    public const int PR_SET_KEEPCAPS = 8, PR_CAPBSET_READ = 23, PR_CAPBSET_DROP = 24, PR_SET_NO_NEW_PRIVS = 38, PR_CAP_AMBIENT = 47;
    public const int PR_CAP_AMBIENT_RAISE = 2;
    public const uint LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    public const int X_OK = 1;

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    public static partial int SetCapabilities(CapabilityHeader* header, CapabilityWord* words);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    public static partial int SetGroups(nuint count, uint* groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    public static partial int SetGroupIds(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    public static partial int SetUserIds(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    public static partial int MallocOption(int name, int value);

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    public static partial int AdjustTime(byte* timex);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, byte** arguments, byte** environment);
}
