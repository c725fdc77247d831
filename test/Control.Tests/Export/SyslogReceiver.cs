using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Exeat.Control.Tests.Export;

/// <summary>A syslog server on loopback: octet counting, over TCP or TLS. It can go away and come back on the same port.</summary>
internal sealed class SyslogReceiver : IDisposable
{
    private readonly TestAuthority? _authority;
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private TcpListener? _listener;

    public SyslogReceiver(TestAuthority? authority = null)
    {
        _authority = authority;
        Open(0);
        Port = ((IPEndPoint)_listener!.LocalEndpoint).Port;
    }

    public int Port { get; }

    public ConcurrentQueue<string> Messages { get; } = new();

    /// <summary>Breaks every connection and listens no more.</summary>
    public void GoAway()
    {
        _listener!.Stop();
        foreach (TcpClient client in _clients)
        {
            // A reset, as of a machine that lost its power and came back.
            client.Client.LingerState = new LingerOption(true, 0);
            client.Dispose();
        }
        _clients.Clear();
    }

    public void ComeBack() => Open(Port);

    public void Dispose() => GoAway();

    private void Open(int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port) { Server = { ExclusiveAddressUse = false } };
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync();
                _clients.Add(client);
                _ = ReadAsync(client);
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // Gone away.
        }
    }

    private async Task ReadAsync(TcpClient client)
    {
        try
        {
            Stream stream = client.GetStream();
            if (_authority is not null)
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsServerAsync(_authority.Certificate);
                stream = secure;
            }
            while (true)
            {
                var digits = new StringBuilder();
                int next;
                byte[] one = new byte[1];
                while ((next = await stream.ReadAsync(one) == 1 ? one[0] : -1) is >= '0' and <= '9') digits.Append((char)next);
                if (next != ' ') return;
                byte[] message = new byte[int.Parse(digits.ToString(), CultureInfo.InvariantCulture)];
                await stream.ReadExactlyAsync(message);
                Messages.Enqueue(Encoding.UTF8.GetString(message));
            }
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // As the test wanted, or the client went.
        }
    }
}
