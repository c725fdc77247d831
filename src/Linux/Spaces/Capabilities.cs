using System.Collections.Immutable;
using System.Globalization;

namespace Exeat.Linux;

/// <summary>What this process may do (capabilities(7)).</summary>
public static class Capabilities
{
    // In the order of linux/capability.h: the index is the bit.
    private static readonly string[] Known =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
        "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN",
        "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND",
        "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>The effective capabilities by name, as of now. Within a user namespace they hold for what that namespace owns.</summary>
    public static ImmutableArray<string> Effective => Names(ReadMask());

    /// <summary>Whether a capability is effective now.</summary>
    public static bool Has(string name)
    {
        int bit = Array.IndexOf(Known, name);
        return bit >= 0 && (ReadMask() & (1ul << bit)) != 0;
    }

    /// <summary>The bits of capabilities by name; an unknown name is a mistake of the caller.</summary>
    internal static ulong Mask(IEnumerable<string> names)
    {
        ulong mask = 0;
        foreach (string name in names)
        {
            int bit = Array.IndexOf(Known, name);
            ArgumentOutOfRangeException.ThrowIfNegative(bit, name);
            mask |= 1ul << bit;
        }
        return mask;
    }

    internal static ImmutableArray<string> Names(ulong mask) =>
        [.. Enumerable.Range(0, 64).Where(bit => (mask & (1ul << bit)) != 0).Select(bit => bit < Known.Length ? Known[bit] : $"CAP_{bit}")];

    internal static ulong Parse(string status, string field = "CapEff:")
    {
        int start = status.IndexOf(field, StringComparison.Ordinal);
        if (start < 0) return 0;
        ReadOnlySpan<char> value = status.AsSpan(start + field.Length);
        int end = value.IndexOf('\n');
        return ulong.TryParse((end < 0 ? value : value[..end]).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong mask) ? mask : 0;
    }

    private static ulong ReadMask() => Parse(File.ReadAllText("/proc/self/status"));
}
