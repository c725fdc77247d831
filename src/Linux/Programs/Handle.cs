using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>An open file of the kernel's, to be handed to a program: text in memory, or an end of a pipe. Closed exactly once.</summary>
public sealed class Handle : IDisposable
{
    private readonly FileDescriptor _descriptor;

    internal Handle(FileDescriptor descriptor) => _descriptor = descriptor;

    internal FileDescriptor Descriptor => _descriptor;

    /// <summary>A file in memory with these bytes, to be read from the start.</summary>
    public static Handle WithBytes(ReadOnlySpan<byte> bytes)
    {
        int number = Libc.MemoryFile("exeat", Libc.MFD_CLOEXEC);
        if (number < 0) throw new KernelException("memory file:", "", Libc.LastError);
        var handle = new Handle(new FileDescriptor(number));
        handle.Write(bytes);
        if (Libc.Seek(handle._descriptor, 0, 0) != 0) throw new KernelException("memory file: to its start", "", Libc.LastError);
        return handle;
    }

    /// <summary>A pipe: what is written at one end is read at the other.</summary>
    public static unsafe (Handle Read, Handle Write) Pipe()
    {
        int* ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.O_CLOEXEC) != 0) throw new KernelException("pipe:", "", Libc.LastError);
        return (new Handle(new FileDescriptor(ends[0])), new Handle(new FileDescriptor(ends[1])));
    }

    /// <summary>Standard input, output or errors of this process; it stays open when this object is disposed.</summary>
    public static Handle Standard(int number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        return new Handle(new FileDescriptor(number, ownsHandle: false));
    }

    /// <summary>Reads what is there, or waits for it; 0 at the end, which is also where a terminal is hung up.</summary>
    public unsafe int Read(Span<byte> room)
    {
        fixed (byte* start = room)
        {
            while (true)
            {
                nint got = Libc.Read(_descriptor, start, (nuint)room.Length);
                if (got >= 0) return (int)got;
                switch (Libc.LastError)
                {
                    case Errno.EINTR:
                        continue;
                    case Errno.EAGAIN:
                        _ = Wait(Libc.POLLIN);
                        continue;
                    // The other side of a pseudoterminal is closed, or the terminal is not ours to read from (in the background).
                    case Errno.EIO:
                        return 0;
                    default:
                        throw new KernelException("read:", "", Libc.LastError);
                }
            }
        }
    }

    /// <summary>Writes all of it; false when nobody reads any more.</summary>
    public unsafe bool Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            int done = 0;
            while (done < bytes.Length)
            {
                nint put = Libc.Write(_descriptor, start + done, (nuint)(bytes.Length - done));
                if (put >= 0)
                {
                    done += (int)put;
                    continue;
                }
                switch (Libc.LastError)
                {
                    case Errno.EINTR:
                        continue;
                    case Errno.EAGAIN:
                        _ = Wait(Libc.POLLOUT);
                        continue;
                    case Errno.EIO or Errno.EPIPE:
                        return false;
                    default:
                        throw new KernelException("write:", "", Libc.LastError);
                }
            }
        }
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    // A terminal that another program made non-blocking stays so for everybody who has it open.
    private unsafe int Wait(short events)
    {
        PollEntry entry = new() { Descriptor = _descriptor.Number, Events = events };
        return Libc.Poll(&entry, 1, -1);
    }
}
