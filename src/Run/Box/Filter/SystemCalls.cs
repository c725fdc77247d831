using System.Collections.Immutable;

namespace Exeat.Run.Box.Filter;

/// <summary>The calls that the box has an opinion on, by their numbers (arch/x86/entry/syscalls/syscall_64.tbl and scripts/syscall.tbl of Linux 6.18).</summary>
internal static class SystemCalls
{
    /// <summary>The highest number there was when this was written: what comes later is not there, until somebody has looked at it.</summary>
    public const uint Newest = 469;

    public static readonly SystemCall Socket = new("socket", 41, 198), SocketPair = new("socketpair", 53, 199), Ioctl = new("ioctl", 16, 29);
    public static readonly SystemCall Clone = new("clone", 56, 220), Clone3 = new("clone3", 435, 435), Unshare = new("unshare", 272, 97);
    public static readonly SystemCall OpenAt2 = new("openat2", 437, 437);

    /// <summary>Files of a mode: the index of the argument that is the mode.</summary>
    public static readonly ImmutableArray<(SystemCall Call, int Mode)> Modes =
    [
        (new("chmod", 90, null), 1), (new("fchmod", 91, 52), 1), (new("fchmodat", 268, 53), 2), (new("fchmodat2", 452, 452), 2),
        (new("creat", 85, null), 1), (new("mknod", 133, null), 1), (new("mknodat", 259, 33), 2),
    ];

    /// <summary>Files of a mode if they are made: the index of the flags; the mode is the argument behind.</summary>
    public static readonly ImmutableArray<(SystemCall Call, int Flags)> Opens = [(new("open", 2, null), 1), (new("openat", 257, 56), 2)];

    /// <summary>Would make sockets and open files without passing by this filter. Programs fall back, as on a kernel without it.</summary>
    public static readonly ImmutableArray<SystemCall> Rings =
    [
        new("io_uring_setup", 425, 425), new("io_uring_enter", 426, 426), new("io_uring_register", 427, 427),
    ];

    /// <summary>Of no use to a contained command: what they reach is the machine, other namespaces, or the rarely walked parts of the kernel.</summary>
    public static readonly ImmutableArray<SystemCall> Refused =
    [
        // File systems and namespaces.
        new("mount", 165, 40), new("umount2", 166, 39), new("pivot_root", 155, 41), new("chroot", 161, 51), new("setns", 308, 268),
        new("open_tree", 428, 428), new("move_mount", 429, 429), new("fsopen", 430, 430), new("fsconfig", 431, 431), new("fsmount", 432, 432),
        new("fspick", 433, 433), new("mount_setattr", 442, 442), new("open_tree_attr", 467, 467), new("open_by_handle_at", 304, 265),
        // Keys: the keyring of a session or a user is shared with whoever else has it.
        new("add_key", 248, 217), new("request_key", 249, 218), new("keyctl", 250, 219),
        // Parts of the kernel that most ways out of a box led through.
        new("bpf", 321, 280), new("userfaultfd", 323, 282), new("perf_event_open", 298, 241), new("move_pages", 279, 239), new("modify_ldt", 154, null),
        new("lookup_dcookie", 212, 18), new("uselib", 134, null), new("_sysctl", 156, null), new("nfsservctl", 180, 42),
        // The machine.
        new("init_module", 175, 105), new("finit_module", 313, 273), new("delete_module", 176, 106), new("kexec_load", 246, 104),
        new("kexec_file_load", 320, 294), new("reboot", 169, 142), new("swapon", 167, 224), new("swapoff", 168, 225), new("acct", 163, 89),
        new("quotactl", 179, 60), new("quotactl_fd", 443, 443), new("syslog", 103, 116), new("iopl", 172, null), new("ioperm", 173, null),
        new("settimeofday", 164, 170), new("clock_settime", 227, 112), new("sethostname", 170, 161), new("setdomainname", 171, 162),
        new("vhangup", 153, 58),
    ];
}
