using System.Net.Sockets;

namespace Exeat.Gateway.Management;

/// <summary>The Unix socket's place in the file system: a stale one is replaced, a living one is not, and only user and group may open it.</summary>
internal static class SocketPath
{
    // Connecting takes the right to write (unix(7)). The group is the process's own, or the folder's when that has the set-group-ID bit.
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Binds; nobody can connect before the caller listens, and then only whom the mode lets. Throws when another gateway answers there.</summary>
    public static Socket Bind(string path)
    {
        RemoveStale(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
            File.SetUnixFileMode(path, Mode);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void RemoveStale(string path)
    {
        if (!File.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // A socket without a listener: its process is gone. A file that is no socket refuses too, and must not be deleted.
            if ((File.GetAttributes(path) & FileAttributes.Directory) == 0 && new FileInfo(path).Length == 0) File.Delete(path);
            return;
        }
        throw new IOException($"{path}: another process listens there");
    }
}
