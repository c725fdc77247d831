using System.Runtime.InteropServices;

namespace Exeat.Linux.Native;

/// <summary>Fixed buffers for recvmmsg on one socket, and an eventfd to wake the thread that waits. Allocates nothing after construction.</summary>
/// <remarks>Not thread-safe, except <see cref="Wake"/>: to be disposed of only when the receiving thread has left, for the kernel writes into its memory.</remarks>
internal sealed unsafe class ReceiveRing : IDisposable
{
    private const int AddressBytes = 32;
    private readonly FileDescriptor _socket;
    private readonly FileDescriptor _wake;
    private readonly int _count;
    private readonly int _bufferBytes;
    private ManyMessageHeader* _headers;
    private IoVector* _vectors;
    private byte* _addresses;
    private byte* _buffers;

    public ReceiveRing(FileDescriptor socket, int count, int bufferBytes)
    {
        _socket = socket;
        _count = count;
        _bufferBytes = bufferBytes;
        int wake = Libc.EventDescriptor(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        _wake = wake >= 0 ? new FileDescriptor(wake) : throw new KernelException("eventfd: create", "", Libc.LastError);
        _headers = (ManyMessageHeader*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(ManyMessageHeader));
        _vectors = (IoVector*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(IoVector));
        _addresses = (byte*)NativeMemory.AllocZeroed((nuint)count, AddressBytes);
        _buffers = (byte*)NativeMemory.AllocZeroed((nuint)count, (nuint)bufferBytes);
        for (int i = 0; i < count; i++)
        {
            _vectors[i].Start = _buffers + ((nint)i * bufferBytes);
            _vectors[i].Length = (nuint)bufferBytes;
            _headers[i].Header.Vectors = &_vectors[i];
            _headers[i].Header.VectorCount = 1;
            _headers[i].Header.Name = _addresses + (i * AddressBytes);
        }
    }

    /// <summary>How many messages one call brings at most.</summary>
    public int Capacity => _count;

    /// <summary>The bytes of message <paramref name="index"/> of the last batch.</summary>
    public ReadOnlySpan<byte> this[int index] =>
        new(_buffers + ((nint)index * _bufferBytes), (int)Math.Min(_headers[index].Length, (uint)_bufferBytes));

    /// <summary>Whether the buffer was too small for message <paramref name="index"/>.</summary>
    public bool IsTruncated(int index) => (_headers[index].Header.Flags & Libc.MSG_TRUNC) != 0;

    /// <summary>Who sent message <paramref name="index"/>, as the structure of the socket's family.</summary>
    public ref readonly T Address<T>(int index) where T : unmanaged => ref *(T*)(_addresses + (index * AddressBytes));

    /// <summary>Waits up to <paramref name="timeoutMs"/> (−1: for ever) and receives a batch; 0 on timeout, wake-up or error.</summary>
    public int Receive(int timeoutMs, out Errno error)
    {
        // Under load messages are there already: one call instead of two.
        int received = ReceiveNow(out error);
        if (received > 0 || error != Errno.EAGAIN || timeoutMs == 0)
        {
            if (error == Errno.EAGAIN) error = Errno.None;
            return received;
        }
        error = Errno.None;
        PollEntry* entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { Descriptor = _socket.Number, Events = Libc.POLLIN };
        entries[1] = new PollEntry { Descriptor = _wake.Number, Events = Libc.POLLIN };
        int ready = Libc.Poll(entries, 2, timeoutMs);
        if (ready < 0)
        {
            error = Libc.LastError;
            if (error == Errno.EINTR) error = Errno.None;
            return 0;
        }
        if (entries[1].Returned != 0)
        {
            ulong times;
            _ = Libc.Read(_wake, &times, sizeof(ulong));
        }
        if (entries[0].Returned == 0) return 0;
        received = ReceiveNow(out error);
        if (error == Errno.EAGAIN) error = Errno.None;
        return received;
    }

    /// <summary>Makes the current or the next <see cref="Receive"/> return; from any thread.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = Libc.Write(_wake, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        _wake.Dispose();
        NativeMemory.Free(_headers);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_buffers);
        _headers = null;
        _vectors = null;
        _addresses = null;
        _buffers = null;
    }

    private int ReceiveNow(out Errno error)
    {
        ObjectDisposedException.ThrowIf(_headers == null, this);
        // The kernel overwrites the name length and the flags of every message it fills.
        for (int i = 0; i < _count; i++) _headers[i].Header.NameLength = AddressBytes;
        int received = Libc.ReceiveMany(_socket, _headers, (uint)_count, Libc.MSG_DONTWAIT, null);
        error = received < 0 ? Libc.LastError : Errno.None;
        if (error == Errno.EINTR) error = Errno.EAGAIN;
        return Math.Max(received, 0);
    }
}
