using System.Buffers.Binary;
using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>Puts packets on an interface past this namespace's own stack, routes and rules: for attack tools and tests.</summary>
public sealed unsafe class RawLink : IDisposable
{
    private const ushort ETH_P_IP = 0x0800, ETH_P_IPV6 = 0x86DD;
    private readonly FileDescriptor _packets;
    private readonly FileDescriptor _frames;
    private readonly int _interface;

    /// <summary>Opens an interface of this thread's network namespace.</summary>
    public RawLink(string name)
    {
        _interface = (int)Libc.InterfaceIndex(name);
        if (_interface == 0) throw new KernelException("raw link: open", name, Libc.LastError);
        // Protocol 0: these sockets send and never receive.
        _packets = Libc.OpenSocket(Libc.AF_PACKET, Libc.SOCK_DGRAM, 0, "raw link: open", name);
        _frames = Libc.OpenSocket(Libc.AF_PACKET, Libc.SOCK_RAW, 0, "raw link: open", name);
    }

    /// <summary>Sends an IP packet to a link-layer address; the kernel writes the link's own source address before it.</summary>
    public Errno Send(ReadOnlySpan<byte> destinationHardware, ReadOnlySpan<byte> ipPacket)
    {
        if (destinationHardware.Length != 6 || ipPacket.IsEmpty) return Errno.EINVAL;
        PacketAddress address = Address(ipPacket[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
        destinationHardware.CopyTo(new Span<byte>(address.Address, 6));
        return Send(_packets, ipPacket, in address);
    }

    /// <summary>Sends a whole Ethernet frame, so that the link-layer source can be any.</summary>
    public Errno SendFrame(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 14) return Errno.EINVAL;
        PacketAddress address = Address(BinaryPrimitives.ReadUInt16BigEndian(frame[12..]));
        return Send(_frames, frame, in address);
    }

    /// <summary>Closes the sockets.</summary>
    public void Dispose()
    {
        _packets.Dispose();
        _frames.Dispose();
    }

    private PacketAddress Address(ushort etherType) => new()
    {
        Family = Libc.AF_PACKET,
        ProtocolBigEndian = BinaryPrimitives.ReverseEndianness(etherType),
        Interface = _interface,
        AddressLength = 6,
    };

    private static Errno Send(FileDescriptor socket, ReadOnlySpan<byte> content, in PacketAddress address)
    {
        fixed (byte* bytes = content)
        fixed (PacketAddress* to = &address)
        {
            return Libc.SendTo(socket, bytes, (nuint)content.Length, 0, to, (uint)sizeof(PacketAddress)) >= 0 ? Errno.None : Libc.LastError;
        }
    }
}
