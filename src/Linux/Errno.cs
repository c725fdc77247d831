namespace Exeat.Linux;

/// <summary>The kernel's error numbers that Exeat meets, by their own names (asm-generic/errno.h). Others print as numbers.</summary>
public enum Errno
{
    /// <summary>No error.</summary>
    None = 0,
    /// <summary>Operation not permitted.</summary>
    EPERM = 1,
    /// <summary>No such object.</summary>
    ENOENT = 2,
    /// <summary>No such process; for rtnetlink: no such route.</summary>
    ESRCH = 3,
    /// <summary>Interrupted by a signal.</summary>
    EINTR = 4,
    /// <summary>Input or output error.</summary>
    EIO = 5,
    /// <summary>Bad file descriptor.</summary>
    EBADF = 9,
    /// <summary>No such child process.</summary>
    ECHILD = 10,
    /// <summary>Try again; nothing there yet.</summary>
    EAGAIN = 11,
    /// <summary>Out of memory.</summary>
    ENOMEM = 12,
    /// <summary>Permission denied.</summary>
    EACCES = 13,
    /// <summary>In use.</summary>
    EBUSY = 16,
    /// <summary>Exists already.</summary>
    EEXIST = 17,
    /// <summary>No such device.</summary>
    ENODEV = 19,
    /// <summary>Invalid argument.</summary>
    EINVAL = 22,
    /// <summary>Read-only file system.</summary>
    EROFS = 30,
    /// <summary>Nobody reads any more.</summary>
    EPIPE = 32,
    /// <summary>Out of range.</summary>
    ERANGE = 34,
    /// <summary>Message too long.</summary>
    EMSGSIZE = 90,
    /// <summary>Protocol not supported.</summary>
    EPROTONOSUPPORT = 93,
    /// <summary>Operation not supported.</summary>
    EOPNOTSUPP = 95,
    /// <summary>Address family not supported.</summary>
    EAFNOSUPPORT = 97,
    /// <summary>Address in use.</summary>
    EADDRINUSE = 98,
    /// <summary>Address not available.</summary>
    EADDRNOTAVAIL = 99,
    /// <summary>Network is down.</summary>
    ENETDOWN = 100,
    /// <summary>Network unreachable.</summary>
    ENETUNREACH = 101,
    /// <summary>No buffer space: messages were lost.</summary>
    ENOBUFS = 105,
    /// <summary>No route to host.</summary>
    EHOSTUNREACH = 113,
}
