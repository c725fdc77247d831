using System.Buffers.Binary;
using Exeat.Linux.Native;

namespace Exeat.Linux.Netlink;

/// <summary>A netlink socket for requests and their answers. Not thread-safe.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    public const int NETLINK_ROUTE = 0, NETLINK_NETFILTER = 12;
    private const int AnswerTimeoutMs = 5000;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(128 * 1024, pinned: true);
    private uint _sequence;

    public NetlinkSocket(int protocol, string operation, string subject)
    {
        Descriptor = Libc.OpenSocket(Libc.AF_NETLINK, Libc.SOCK_RAW, protocol, operation, subject);
        NetlinkAddress own = new() { Family = Libc.AF_NETLINK };
        if (Libc.Bind(Descriptor, &own, (uint)sizeof(NetlinkAddress)) != 0) throw new KernelException(operation, subject, Libc.LastError);
        uint length = (uint)sizeof(NetlinkAddress);
        if (Libc.GetSocketName(Descriptor, &own, &length) == 0) PortId = own.PortId;
    }

    public FileDescriptor Descriptor { get; }

    /// <summary>The address the kernel knows this socket by; its notifications name the port whose request caused them.</summary>
    public uint PortId { get; }

    public uint NextSequence() => ++_sequence;

    public Errno Join(int group) => Libc.SetOption(Descriptor, Libc.SOL_NETLINK, Libc.NETLINK_ADD_MEMBERSHIP, group);

    /// <summary>Sends messages; waits while the kernel has no room for them.</summary>
    public Errno Send(ReadOnlySpan<byte> messages)
    {
        NetlinkAddress kernel = new() { Family = Libc.AF_NETLINK };
        fixed (byte* bytes = messages)
        {
            while (true)
            {
                nint sent = Libc.SendTo(Descriptor, bytes, (nuint)messages.Length, 0, &kernel, (uint)sizeof(NetlinkAddress));
                if (sent >= 0) return Errno.None;
                Errno error = Libc.LastError;
                if (error is not (Errno.EINTR or Errno.EAGAIN)) return error;
                if (error == Errno.EAGAIN) Wait(Libc.POLLOUT, AnswerTimeoutMs);
            }
        }
    }

    /// <summary>Sends one request that asks for an acknowledgement and returns what it says.</summary>
    public Errno Request(ReadOnlySpan<byte> message)
    {
        Errno error = Send(message);
        return error != Errno.None ? error : Answer(BinaryPrimitives.ReadUInt32LittleEndian(message[8..]), null);
    }

    /// <summary>Sends one request and visits the messages of its answer, up to its end.</summary>
    public Errno Query(ReadOnlySpan<byte> message, NetlinkVisitor visit)
    {
        Errno error = Send(message);
        return error != Errno.None ? error : Answer(BinaryPrimitives.ReadUInt32LittleEndian(message[8..]), visit);
    }

    /// <summary>Receives answers until the one that ends sequence <paramref name="sequence"/>; older ones are skipped.</summary>
    public Errno Answer(uint sequence, NetlinkVisitor? visit)
    {
        while (true)
        {
            int length = Receive(AnswerTimeoutMs, out Errno error);
            if (error != Errno.None) return error;
            NetlinkReader reader = new(_buffer.AsSpan(0, length));
            while (reader.TryNext(out NetlinkMessage message))
            {
                if (message.Sequence != sequence) continue;
                if (message.Type is NetlinkMessage.NLMSG_ERROR or NetlinkMessage.NLMSG_DONE) return message.Error;
                visit?.Invoke(in message);
            }
        }
    }

    /// <summary>The first error of a batch: received without waiting longer than the kernel needs, which answers within send(). Nothing of its answers is left behind, also when there was not room for all.</summary>
    public Errno FirstError()
    {
        Errno first = Errno.None, lost = Errno.None;
        while (true)
        {
            int length = Receive(0, out Errno error);
            if (error == Errno.ENOBUFS)
            {
                lost = error;
                continue;
            }
            if (error != Errno.None) return first != Errno.None ? first : error == Errno.EAGAIN ? lost : error;
            NetlinkReader reader = new(_buffer.AsSpan(0, length));
            while (reader.TryNext(out NetlinkMessage message))
            {
                if (message.Type == NetlinkMessage.NLMSG_ERROR && first == Errno.None) first = message.Error;
            }
        }
    }

    public void Dispose() => Descriptor.Dispose();

    private int Receive(int timeoutMs, out Errno error)
    {
        fixed (byte* bytes = _buffer)
        {
            while (true)
            {
                nint length = Libc.Receive(Descriptor, bytes, (nuint)_buffer.Length, Libc.MSG_DONTWAIT);
                error = length < 0 ? Libc.LastError : Errno.None;
                if (error == Errno.None) return (int)length;
                if (error == Errno.EINTR) continue;
                if (error != Errno.EAGAIN || timeoutMs == 0 || !Wait(Libc.POLLIN, timeoutMs)) return 0;
            }
        }
    }

    private bool Wait(short events, int timeoutMs)
    {
        PollEntry entry = new() { Descriptor = Descriptor.Number, Events = events };
        return Libc.Poll(&entry, 1, timeoutMs) != 0;
    }
}
