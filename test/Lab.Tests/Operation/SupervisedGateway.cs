using System.Net.Sockets;
using System.Text;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Operation;

/// <summary>A lab whose gateway runs under a supervisor that is this test: it listens where systemd would.</summary>
public sealed class SupervisedGateway(TimeSpan watchdog) : LabFixture
{
    private readonly Socket _notify = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private LabGateway? _gateway;

    internal LabGateway Gateway => _gateway ?? throw new InvalidOperationException("the gateway was not started");

    /// <summary>The next message that comes within the time; empty if none does.</summary>
    internal string Hear(TimeSpan within)
    {
        byte[] room = new byte[4096];
        _notify.ReceiveTimeout = (int)within.TotalMilliseconds;
        try
        {
            return Encoding.UTF8.GetString(room, 0, _notify.Receive(room));
        }
        catch (SocketException silence) when (silence.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return "";
        }
    }

    /// <summary>Hears until a message has the text; false if none within the time and a hundred messages.</summary>
    internal bool HearUntil(string text, TimeSpan within)
    {
        for (int i = 0; i < 100; i++)
        {
            string said = Hear(within);
            if (said.Contains(text, StringComparison.Ordinal)) return true;
            if (said.Length == 0) return false;
        }
        return false;
    }

    protected override async Task FillMiddleAsync()
    {
        string path = Path.Combine(State.Folder, "notify");
        _notify.Bind(new UnixDomainSocketEndPoint(path));
        _gateway = new LabGateway(Spaces.Network, State,
            ["env", $"NOTIFY_SOCKET={path}", $"WATCHDOG_USEC={(long)watchdog.TotalMicroseconds}", .. LabPrograms.Gateway]);
        await _gateway.StartAsync(new PolicyText("enforce"));
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        _notify.Dispose();
    }
}
