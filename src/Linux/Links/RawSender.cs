using System.Buffers.Binary;
using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>Sends IP packets made by us, whatever their source address, by way of this namespace's routes and output chains. Thread-safe.</summary>
/// <remarks>
/// Over IPv4 the kernel fills in the header checksum, the length, and an identification of 0; over IPv6 nothing. A packet longer than the route's MTU
/// is refused (EMSGSIZE). Measured: neither family checks that the source address is ours.
/// </remarks>
public sealed unsafe class RawSender : IDisposable
{
    private const int SockaddrIn = 16, SockaddrIn6 = 28;
    private readonly FileDescriptor _v4;
    private readonly FileDescriptor _v6;

    /// <summary>Opens the sockets in this thread's network namespace; what they send has the packet mark <paramref name="mark"/>.</summary>
    public RawSender(uint mark)
    {
        _v4 = Open(Libc.AF_INET, Libc.IPPROTO_IP, Libc.IP_HDRINCL, mark);
        _v6 = Open(Libc.AF_INET6, Libc.IPPROTO_IPV6, Libc.IPV6_HDRINCL, mark);
    }

    /// <summary>Sends one packet; what stands in its way (no route, too long) is a value, since others choose the addresses.</summary>
    public Errno Send(ReadOnlySpan<byte> ipPacket)
    {
        if (ipPacket.Length < 20) return Errno.EINVAL;
        bool v6 = ipPacket[0] >> 4 == 6;
        if (v6 && ipPacket.Length < 40) return Errno.EINVAL;
        byte* address = stackalloc byte[SockaddrIn6];
        Span<byte> destination = new(address, SockaddrIn6);
        destination.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)(v6 ? Libc.AF_INET6 : Libc.AF_INET));
        if (v6) ipPacket.Slice(24, 16).CopyTo(destination[8..]);
        else ipPacket.Slice(16, 4).CopyTo(destination[4..]);
        fixed (byte* bytes = ipPacket)
        {
            nint sent = Libc.SendTo(v6 ? _v6 : _v4, bytes, (nuint)ipPacket.Length, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL, address,
                (uint)(v6 ? SockaddrIn6 : SockaddrIn));
            return sent >= 0 ? Errno.None : Libc.LastError;
        }
    }

    /// <summary>Closes the sockets.</summary>
    public void Dispose()
    {
        _v4.Dispose();
        _v6.Dispose();
    }

    private static FileDescriptor Open(int family, int level, int headerIncluded, uint mark)
    {
        string subject = family == Libc.AF_INET6 ? "IPv6" : "IPv4";
        FileDescriptor socket = Libc.OpenSocket(family, Libc.SOCK_RAW, Libc.IPPROTO_RAW, "raw sender: open", subject);
        Errno error = Libc.SetOption(socket, level, headerIncluded, 1);
        if (error == Errno.None && mark != 0) error = Libc.SetOption(socket, Libc.SOL_SOCKET, Libc.SO_MARK, (int)mark);
        if (error == Errno.None) return socket;
        socket.Dispose();
        throw new KernelException("raw sender: configure", subject, error);
    }
}
