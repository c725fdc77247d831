using System.Buffers.Binary;
using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>Sees every packet that passes one interface, or all of a namespace, before netfilter does: what a witness needs. Not thread-safe, except <see cref="Wake"/>.</summary>
public sealed unsafe class PacketTap : IDisposable
{
    private const int BatchPackets = 32;
    private const int BufferBytes = 68 * 1024;
    private const ushort ETH_P_ALL = 3;
    private readonly FileDescriptor _socket;
    private readonly ReceiveRing _ring;
    private int _count;

    private PacketTap(FileDescriptor socket)
    {
        _socket = socket;
        _ring = new ReceiveRing(socket, BatchPackets, BufferBytes);
    }

    /// <summary>Packet <paramref name="index"/> of the last batch.</summary>
    public TappedPacket this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count);
            ref readonly PacketAddress address = ref _ring.Address<PacketAddress>(index);
            return new TappedPacket(_ring[index], address.Interface, BinaryPrimitives.ReverseEndianness(address.ProtocolBigEndian), address.PacketType);
        }
    }

    /// <summary>Taps the interface of that number in this thread's network namespace; 0 taps all.</summary>
    public static PacketTap Open(int interfaceIndex = 0, int receiveBufferBytes = 8 * 1024 * 1024)
    {
        FileDescriptor socket = Libc.OpenSocket(Libc.AF_PACKET, Libc.SOCK_DGRAM, 0, "packet tap: open", $"{interfaceIndex}");
        Libc.EnlargeReceiveBuffer(socket, receiveBufferBytes);
        PacketAddress address = new()
        {
            Family = Libc.AF_PACKET,
            ProtocolBigEndian = BinaryPrimitives.ReverseEndianness(ETH_P_ALL),
            Interface = interfaceIndex,
        };
        if (Libc.Bind(socket, &address, (uint)sizeof(PacketAddress)) == 0) return new PacketTap(socket);
        Errno error = Libc.LastError;
        socket.Dispose();
        throw new KernelException("packet tap: bind", $"{interfaceIndex}", error);
    }

    /// <summary>Waits up to <paramref name="timeoutMs"/> (−1: for ever) and returns how many packets came; 0 on timeout or <see cref="Wake"/>.</summary>
    public int Receive(int timeoutMs)
    {
        _count = _ring.Receive(timeoutMs, out Errno error);
        // An interface that goes down says so once; the tap lives on.
        if (error is not (Errno.None or Errno.ENOBUFS or Errno.ENETDOWN)) throw new KernelException("packet tap: receive", "", error);
        return _count;
    }

    /// <summary>Makes <see cref="Receive"/> return; from any thread.</summary>
    public void Wake() => _ring.Wake();

    /// <summary>Closes the tap.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _ring.Dispose();
    }
}
