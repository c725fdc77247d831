using System.Runtime.InteropServices;

namespace Exeat.Linux.Native;

/// <summary>The C library's calls, raw: each returns what the call returns, and errno is read with <see cref="LastError"/> at once.</summary>
internal static unsafe partial class Libc
{
    public const int AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16, AF_PACKET = 17;
    public const int SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_CLOEXEC = 0x80000, SOCK_NONBLOCK = 0x800;
    public const int SOL_SOCKET = 1, SO_SNDBUF = 7, SO_RCVBUF = 8, SO_SNDBUFFORCE = 32, SO_RCVBUFFORCE = 33, SO_MARK = 36, SO_BINDTODEVICE = 25;
    public const int SOL_NETLINK = 270, NETLINK_ADD_MEMBERSHIP = 1, NETLINK_NO_ENOBUFS = 5, NETLINK_EXT_ACK = 11, NETLINK_GET_STRICT_CHK = 12;
    public const int SOL_PACKET = 263, PACKET_IGNORE_OUTGOING = 23;
    public const int IPPROTO_IP = 0, IP_HDRINCL = 3, IPPROTO_IPV6 = 41, IPV6_HDRINCL = 36, IPPROTO_RAW = 255;
    public const int MSG_DONTWAIT = 0x40, MSG_TRUNC = 0x20, MSG_NOSIGNAL = 0x4000, MSG_ERRQUEUE = 0x2000;
    public const short POLLIN = 1, POLLPRI = 2, POLLOUT = 4, POLLERR = 8;
    public const int EFD_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800;
    public const int O_RDONLY = 0, O_CLOEXEC = 0x80000, CLONE_NEWNET = 0x40000000;

    public static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(FileDescriptor socket, void* address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetSocketName(FileDescriptor socket, void* address, uint* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(FileDescriptor socket, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetSocketOption(FileDescriptor socket, int level, int name, void* value, uint* length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(FileDescriptor socket, byte* bytes, nuint length, int flags, void* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(FileDescriptor socket, byte* bytes, nuint length, int flags);

    // The descriptor of a socket that the platform's own type holds: its owner keeps it open over the call.
    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint ReceiveMessage(int socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMany(FileDescriptor socket, ManyMessageHeader* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(FileDescriptor descriptor, void* bytes, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(FileDescriptor descriptor, void* bytes, nuint length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    public static partial int SetNamespace(FileDescriptor descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(string source, string target, string kind, nuint flags, string options);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint InterfaceIndex(string name);

    /// <summary>Opens a socket, or throws naming the operation.</summary>
    public static FileDescriptor OpenSocket(int domain, int type, int protocol, string operation, string subject)
    {
        int descriptor = Socket(domain, type | SOCK_CLOEXEC, protocol);
        return descriptor >= 0 ? new FileDescriptor(descriptor) : throw new KernelException(operation, subject, LastError);
    }

    /// <summary>Sets an int option; the caller decides whether a refusal matters.</summary>
    public static Errno SetOption(FileDescriptor socket, int level, int name, int value) =>
        SetSocketOption(socket, level, name, &value, sizeof(int)) == 0 ? Errno.None : LastError;

    /// <summary>Asks for a receive buffer past the system's limit, and takes what the limit gives where that is not allowed (rootless).</summary>
    public static void EnlargeReceiveBuffer(FileDescriptor socket, int bytes)
    {
        if (SetOption(socket, SOL_SOCKET, SO_RCVBUFFORCE, bytes) != Errno.None) SetOption(socket, SOL_SOCKET, SO_RCVBUF, bytes);
    }

    /// <summary>The same for what is sent at once.</summary>
    public static void EnlargeSendBuffer(FileDescriptor socket, int bytes)
    {
        if (SetOption(socket, SOL_SOCKET, SO_SNDBUFFORCE, bytes) != Errno.None) SetOption(socket, SOL_SOCKET, SO_SNDBUF, bytes);
    }

    public static int ReceiveBufferBytes(FileDescriptor socket)
    {
        int value = 0;
        uint length = sizeof(int);
        return GetSocketOption(socket, SOL_SOCKET, SO_RCVBUF, &value, &length) == 0 ? value : 0;
    }
}
