using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Exeat.Gateway.Supervision;

/// <summary>Tells whoever supervises this process how it is (sd_notify(3)): datagrams to the socket named by NOTIFY_SOCKET. Without one, every call does nothing.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _to;

    public NotifySocket(string? path)
    {
        // A name that begins with @ lies in the abstract name space.
        if (path is not { Length: > 1 } || path[0] is not ('/' or '@')) return;
        _to = new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    }

    /// <summary>The supervisor's, from the environment.</summary>
    public static NotifySocket FromEnvironment() => new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    public bool IsPresent => _socket is not null;

    /// <summary>The start is complete, or a reload is.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>Documents are read again; to be followed by <see cref="Ready"/>.</summary>
    public void Reloading(TimeProvider time) =>
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={time.GetTimestamp() / (time.TimestampFrequency / 1_000_000)}\nSTATUS=reading documents again"));

    public void Status(string status) => Send($"STATUS={OneLine(status)}");

    public void Stopping() => Send("STOPPING=1\nSTATUS=stopping; both locks stay");

    /// <summary>We live: to be sent within each interval.</summary>
    public void Alive() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private void Send(string text)
    {
        if (_socket is null) return;
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(text), _to!);
        }
        catch (SocketException)
        {
            // The supervisor is gone or does not listen: there is nobody to tell, and nothing of the data path depends on it.
        }
    }
}
