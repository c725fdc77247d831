using Exeat.Linux.Native;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>One NFQUEUE: packets in batches, verdicts in batches, no allocation in steady state.</summary>
/// <remarks>
/// One thread receives and gives verdicts; only <see cref="Wake"/> may be called from others, and <see cref="Dispose"/> when that thread has left. When this object (or the process) is gone, the kernel
/// drops the packets that waited and all that follow. A verdict for a packet that is not waiting is counted in <see cref="RefusedVerdicts"/>.
/// </remarks>
public sealed class PacketQueue : IDisposable
{
    private const int BatchPackets = 32;
    // 64 KiB of packet, and room for the other attributes.
    private const int BufferBytes = (64 + 4) * 1024;
    // Less than the default send buffer (net.core.wmem_default), past which the kernel answers EMSGSIZE.
    private const int VerdictBufferBytes = 128 * 1024;
    private readonly NetlinkSocket _socket;
    private readonly ReceiveRing _ring;
    private readonly byte[] _verdicts = GC.AllocateUninitializedArray<byte>(VerdictBufferBytes, pinned: true);
    private PacketSlot[] _slots = new PacketSlot[BatchPackets];
    private int _count;
    private int _verdictBytes;

    private PacketQueue(NetlinkSocket socket, ReceiveRing ring, ushort queue, bool hasConntrack)
    {
        _socket = socket;
        _ring = ring;
        Number = queue;
        HasConntrack = hasConntrack;
    }

    /// <summary>The queue's number in its network namespace.</summary>
    public ushort Number { get; }

    /// <summary>Whether packets come with their conntrack entry.</summary>
    public bool HasConntrack { get; }

    /// <summary>Size of the socket's receive buffer as granted (the kernel counts twice what was asked).</summary>
    public int ReceiveBufferBytes => Libc.ReceiveBufferBytes(_socket.Descriptor);

    /// <summary>Packets that came, all batches together.</summary>
    public long Received { get; private set; }

    /// <summary>Whether the last <see cref="Receive(int)"/> brought all that was there.</summary>
    public bool IsDrained { get; private set; }

    /// <summary>Verdicts the kernel refused, mostly because the packet was gone.</summary>
    public long RefusedVerdicts { get; private set; }

    /// <summary>Messages that made no sense; none is expected.</summary>
    public long MalformedMessages { get; private set; }

    /// <summary>Packet <paramref name="index"/> of the last batch.</summary>
    public QueuedPacket this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count);
            ref readonly PacketSlot slot = ref _slots[index];
            return new QueuedPacket(in slot, _ring[slot.Buffer]);
        }
    }

    /// <summary>Binds a queue of this thread's network namespace.</summary>
    public static PacketQueue Open(ushort queue, PacketQueueOptions? options = null)
    {
        options ??= new PacketQueueOptions();
        string subject = $"{queue}";
        NetlinkSocket socket = new(NetlinkSocket.NETLINK_NETFILTER, "nfqueue: open", subject);
        try
        {
            Libc.EnlargeReceiveBuffer(socket.Descriptor, options.ReceiveBufferBytes);
            Libc.SetOption(socket.Descriptor, Libc.SOL_NETLINK, Libc.NETLINK_NO_ENOBUFS, 1);
            NetlinkWriter writer = new(stackalloc byte[128]);
            QueueMessages.Bind(ref writer, socket.NextSequence(), queue, options);
            Errno error = socket.Request(writer.Written);
            // A queue that another socket has bound answers EPERM too.
            if (error == Errno.EPERM && Capabilities.Has("CAP_NET_ADMIN")) error = Errno.EBUSY;
            if (error != Errno.None) throw new KernelException("nfqueue: bind", subject, error);
            // GSO: without it the kernel would cut merged segments apart before queueing each. Both flags are comforts; each is asked for alone.
            SetFlag(socket, queue, QueueMessages.NFQA_CFG_F_GSO);
            bool hasConntrack = SetFlag(socket, queue, QueueMessages.NFQA_CFG_F_CONNTRACK);
            return new PacketQueue(socket, new ReceiveRing(socket.Descriptor, BatchPackets, BufferBytes), queue, hasConntrack);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for packets up to <paramref name="timeoutMs"/> (−1: for ever) and returns how many came; 0 on timeout or <see cref="Wake"/>.</summary>
    public int Receive(int timeoutMs)
    {
        _count = 0;
        int buffers = _ring.Receive(timeoutMs, out Errno error);
        // Not told to be lost for want of buffer (NETLINK_NO_ENOBUFS): such packets are dropped, and whoever counts what was handed to the queue knows.
        if (error != Errno.None) throw new KernelException("nfqueue: receive from", $"{Number}", error);
        for (int i = 0; i < buffers; i++) Read(i);
        Received += _count;
        IsDrained = buffers < _ring.Capacity;
        return _count;
    }

    /// <summary>As <see cref="Receive(int)"/>.</summary>
    public int Receive(TimeSpan timeout) => Receive((int)Math.Min(timeout.TotalMilliseconds, int.MaxValue));

    /// <summary>Notes a verdict; it takes effect with <see cref="SendVerdicts"/> (or when the buffer is full). The mark is always set.</summary>
    /// <remarks>A <paramref name="replacement"/> is a whole IP packet with right checksums, of any length up to 64 KiB.</remarks>
    public void SetVerdict(uint id, PacketVerdict verdict, uint mark, ReadOnlySpan<byte> replacement = default)
    {
        int needed = QueueMessages.VerdictBytes + (replacement.IsEmpty ? 0 : 4 + NetlinkMessage.Align(replacement.Length));
        if (_verdictBytes + needed > _verdicts.Length) SendVerdicts();
        NetlinkWriter writer = new(_verdicts.AsSpan(_verdictBytes));
        QueueMessages.Verdict(ref writer, Number, id, verdict, mark, replacement);
        _verdictBytes += writer.Length;
    }

    /// <summary>Hands all noted verdicts to the kernel in one call.</summary>
    public void SendVerdicts()
    {
        if (_verdictBytes == 0) return;
        Errno error = _socket.Send(_verdicts.AsSpan(0, _verdictBytes));
        _verdictBytes = 0;
        if (error != Errno.None) throw new KernelException("nfqueue: send verdicts to", $"{Number}", error);
    }

    /// <summary>Makes <see cref="Receive(int)"/> return; from any thread.</summary>
    public void Wake() => _ring.Wake();

    /// <summary>Unbinds the queue; the kernel drops what waits in it.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _ring.Dispose();
    }

    private void Read(int buffer)
    {
        ReadOnlySpan<byte> bytes = _ring[buffer];
        NetlinkReader reader = new(bytes);
        while (reader.TryNext(out NetlinkMessage message))
        {
            if (message.Type == NetlinkMessage.NLMSG_ERROR)
            {
                if (message.Error != Errno.None) RefusedVerdicts++;
                continue;
            }
            if (message.Subsystem != QueueMessages.NFNL_SUBSYS_QUEUE || message.NetfilterType != QueueMessages.NFQNL_MSG_PACKET
                || !PacketSlot.TryRead(bytes, in message, buffer, out PacketSlot slot))
            {
                MalformedMessages++;
                continue;
            }
            // The kernel sends each packet as a datagram of its own; should that change, the array grows once.
            if (_count == _slots.Length) Array.Resize(ref _slots, _slots.Length * 2);
            _slots[_count++] = slot;
        }
    }

    private static bool SetFlag(NetlinkSocket socket, ushort queue, uint flag)
    {
        NetlinkWriter writer = new(stackalloc byte[64]);
        QueueMessages.SetFlags(ref writer, socket.NextSequence(), queue, flag);
        return socket.Request(writer.Written) == Errno.None;
    }
}
