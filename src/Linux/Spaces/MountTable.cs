using System.Text;
using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>The mounts of a process's mount namespace, as that process sees them (proc_pid_mountinfo(5)), and when they change. As long as it is open the namespace lives.</summary>
public sealed class MountTable : IDisposable
{
    // The fifth field is the place.
    private const int PlaceField = 4;

    private readonly FileDescriptor _file;
    private readonly FileDescriptor _wake;

    private MountTable(FileDescriptor file)
    {
        _file = file;
        int wake = Libc.EventDescriptor(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        _wake = wake >= 0 ? new FileDescriptor(wake) : throw new KernelException("eventfd: create", "", Libc.LastError);
    }

    /// <summary>Opens it; null when there is no such process any more. Changes count from here.</summary>
    public static MountTable? TryOpen(int process)
    {
        string path = $"/proc/{process}/mountinfo";
        int number = Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (number >= 0) return new MountTable(new FileDescriptor(number));
        // EINVAL: it has ended and nobody has waited for it yet.
        return Libc.LastError is Errno.ENOENT or Errno.ESRCH or Errno.EINVAL ? null : throw new KernelException("mounts: open", path, Libc.LastError);
    }

    /// <summary>The places that something is mounted on now.</summary>
    public unsafe IReadOnlySet<string> Read()
    {
        if (Libc.Seek(_file, 0, 0) != 0) throw new KernelException("mounts: to their start", "", Libc.LastError);
        List<byte> all = [];
        byte[] buffer = new byte[16 << 10];
        fixed (byte* start = buffer)
        {
            nint got;
            while ((got = Libc.Read(_file, start, (nuint)buffer.Length)) > 0) all.AddRange(buffer.AsSpan(0, (int)got));
            if (got < 0) throw new KernelException("mounts: read", "", Libc.LastError);
        }
        return Places(Encoding.Latin1.GetString([.. all]));
    }

    /// <summary>Waits until something was mounted or taken away since the last wait; false when <see cref="Wake"/> was called.</summary>
    public unsafe bool WaitForChange()
    {
        PollEntry* entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { Descriptor = _file.Number, Events = Libc.POLLPRI };
        entries[1] = new PollEntry { Descriptor = _wake.Number, Events = Libc.POLLIN };
        while (Libc.Poll(entries, 2, -1) < 0)
        {
            if (Libc.LastError != Errno.EINTR) throw new KernelException("mounts: wait for a change", "", Libc.LastError);
        }
        return entries[1].Returned == 0;
    }

    /// <summary>Makes <see cref="WaitForChange"/> return, this time and from now on; from any thread.</summary>
    public unsafe void Wake()
    {
        ulong once = 1;
        _ = Libc.Write(_wake, &once, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _wake.Dispose();
    }

    // One byte a character: names are bytes until they are put together.
    internal static IReadOnlySet<string> Places(string text) =>
        text.Split('\n').Select(line => line.Split(' ')).Where(fields => fields.Length > PlaceField).Select(fields => Plain(fields[PlaceField])).ToHashSet(StringComparer.Ordinal);

    // Space, tab, newline and backslash are written as three octal digits.
    private static string Plain(string place)
    {
        byte[] bytes = new byte[place.Length];
        int length = 0;
        for (int i = 0; i < place.Length; i++, length++)
        {
            bool escaped = place[i] == '\\' && i + 3 < place.Length;
            bytes[length] = escaped ? (byte)(((place[i + 1] - '0') << 6) | ((place[i + 2] - '0') << 3) | (place[i + 3] - '0')) : (byte)place[i];
            if (escaped) i += 3;
        }
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
