using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>Reads who refused a datagram, and with which words. An errno alone does not tell a filter's refusal from a missing host. Needs no privilege (ip(7), IP_RECVERR).</summary>
public static unsafe class ErrorQueue
{
    private const int IpReceiveErrors = 11, Ipv6ReceiveErrors = 25;
    private const byte OfIcmp = 2, OfIcmp6 = 3;

    // struct cmsghdr, then struct sock_extended_err, then the sender's sockaddr.
    private const int ControlHeaderBytes = 16, ErrorBytes = 16, OriginAt = 4, TypeAt = 5, CodeAt = 6;
    private const int Address4At = 4, Address6At = 8;

    /// <summary>Asks the kernel to keep errors about this socket's datagrams.</summary>
    public static void Open(Socket socket)
    {
        bool four = socket.AddressFamily == AddressFamily.InterNetwork;
        socket.SetRawSocketOption(four ? Libc.IPPROTO_IP : Libc.IPPROTO_IPV6, four ? IpReceiveErrors : Ipv6ReceiveErrors, BitConverter.GetBytes(1));
    }

    /// <summary>Takes the next kept ICMP error; null when there is none.</summary>
    public static QueuedError? Take(Socket socket)
    {
        byte* data = stackalloc byte[64], control = stackalloc byte[512];
        var vector = new IoVector { Start = data, Length = 64 };
        var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = 512 };
        nint got = Libc.ReceiveMessage((int)socket.Handle, &message, Libc.MSG_ERRQUEUE | Libc.MSG_DONTWAIT);
        return got < 0 ? null : Read(new ReadOnlySpan<byte>(control, (int)message.ControlLength));
    }

    /// <summary>Reads the control part of a message of the error queue.</summary>
    internal static QueuedError? Read(ReadOnlySpan<byte> control)
    {
        while (control.Length >= ControlHeaderBytes)
        {
            int length = (int)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(control), int.MaxValue);
            if (length < ControlHeaderBytes || length > control.Length) return null;
            ReadOnlySpan<byte> body = control[ControlHeaderBytes..length];
            int level = BinaryPrimitives.ReadInt32LittleEndian(control[8..]), kind = BinaryPrimitives.ReadInt32LittleEndian(control[12..]);
            bool isError = (level, kind) is (Libc.IPPROTO_IP, IpReceiveErrors) or (Libc.IPPROTO_IPV6, Ipv6ReceiveErrors);
            if (isError && body.Length >= ErrorBytes && body[OriginAt] is OfIcmp or OfIcmp6)
                return new QueuedError(body[OriginAt] == OfIcmp ? 4 : 6, body[TypeAt], body[CodeAt], Sender(body[ErrorBytes..]));
            int next = length + 7 & ~7;
            if (next >= control.Length) return null;
            control = control[next..];
        }
        return null;
    }

    private static IPAddress Sender(ReadOnlySpan<byte> address)
    {
        if (address.Length < Address6At) return IPAddress.None;
        return BinaryPrimitives.ReadUInt16LittleEndian(address) switch
        {
            Libc.AF_INET => new IPAddress(address.Slice(Address4At, 4)),
            Libc.AF_INET6 when address.Length >= Address6At + 16 => new IPAddress(address.Slice(Address6At, 16)),
            _ => IPAddress.None,
        };
    }
}
