using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Exeat.Flows;

namespace Exeat.Control.Export;

/// <summary>One connection to a syslog server: octet counting (RFC 6587, 3.4.1) over TCP, or over TLS (RFC 5425).</summary>
internal sealed class SyslogConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly TimeProvider _time;

    private SyslogConnection(Socket socket, Stream stream, TimeProvider time) => (_socket, _stream, _time) = (socket, stream, time);

    public static async Task<SyslogConnection> OpenAsync(Dialer dialer, string host, int port, bool tls, bool mayBePrivate, string? ca, TimeProvider time, CancellationToken cancel)
    {
        RemoteCertificateValidationCallback? check = TrustedRoots.Check(ca);
        Socket socket = await dialer.ConnectAsync(host, port, mayBePrivate, cancel);
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (!tls) return new SyslogConnection(socket, plain, time);
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = check }, either.Token);
            return new SyslogConnection(socket, secure, time);
        }
        catch (Exception failed) when (failed is System.Security.Authentication.AuthenticationException or IOException or OperationCanceledException)
        {
            await secure.DisposeAsync();
            cancel.ThrowIfCancellationRequested();
            throw new OutboundException($"{host}:{port} shows no certificate that counts, or no TLS: {failed.Message.TrimEnd('.')}", failed);
        }
    }

    /// <summary>Whether the far side still listens. Syslog answers nothing: an end or a reset is all that is ever heard.</summary>
    public bool IsOpen
    {
        get
        {
            try
            {
                return !(_socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0);
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    public async Task SendAsync(IEnumerable<FlowEvent> events, SinkOrigin origin, CancellationToken cancel)
    {
        var frames = new StringBuilder();
        foreach (FlowEvent read in events)
        {
            string message = Syslog.Message(read, origin);
            // All of it is ASCII: octets are characters.
            frames.Append(CultureInfo.InvariantCulture, $"{message.Length} ").Append(message);
        }
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            if (!IsOpen) throw new OutboundException("the far side has closed the connection");
            await _stream.WriteAsync(Encoding.ASCII.GetBytes(frames.ToString()), either.Token);
            await _stream.FlushAsync(either.Token);
        }
        catch (Exception failed) when (failed is IOException or SocketException)
        {
            throw new OutboundException($"the connection broke: {failed.Message.TrimEnd('.')}", failed);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new OutboundException($"the far side takes nothing for {Patience.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _stream.Dispose();
}
