using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Exeat.Control.Tests.Export;

namespace Exeat.Control.Tests.Alerts;

/// <summary>A mail server on loopback: TLS from the beginning or by STARTTLS, AUTH, and what it got.</summary>
internal sealed class SmtpReceiver : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TestAuthority? _authority;
    private readonly bool _fromBeginning;

    public SmtpReceiver(TestAuthority? authority, bool fromBeginning)
    {
        (_authority, _fromBeginning) = (authority, fromBeginning);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<string> Mails { get; } = new();

    /// <summary>What was said before TLS, and after.</summary>
    public ConcurrentQueue<(bool Secure, string Line)> Said { get; } = new();

    public string? Refuse { get; set; }

    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                try
                {
                    await TalkAsync(client.GetStream());
                }
                catch (Exception broken) when (broken is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // The client did not like the certificate, or went.
                }
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        bool secure = false;
        if (_fromBeginning) await SecureAsync();
        await SayAsync("220 mail.example");
        while (await LineAsync() is { } line)
        {
            Said.Enqueue((secure, line));
            string verb = line.Split(' ')[0].ToUpperInvariant();
            if (verb == "EHLO") await SayAsync("250-mail.example\r\n" + (secure ? "250 AUTH PLAIN" : _authority is null ? "250 8BITMIME" : "250 STARTTLS"));
            else if (verb == "STARTTLS")
            {
                await SayAsync("220 go");
                await SecureAsync();
            }
            else if (verb == "AUTH") await SayAsync("235 welcome");
            else if (verb == "RCPT" && Refuse is not null) await SayAsync(Refuse);
            else if (verb == "DATA")
            {
                await SayAsync("354 go");
                var mail = new StringBuilder();
                while (await LineAsync() is { } next && next != ".") mail.Append(next).Append('\n');
                Mails.Enqueue(mail.ToString());
                await SayAsync("250 taken");
            }
            else if (verb == "QUIT")
            {
                await SayAsync("221 bye");
                return;
            }
            else await SayAsync("250 ok");
        }

        async Task SecureAsync()
        {
            var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(_authority!.Certificate);
            (stream, secure) = (tls, true);
        }

        Task SayAsync(string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n")).AsTask();

        async Task<string?> LineAsync()
        {
            var text = new StringBuilder();
            byte[] one = new byte[1];
            while (await stream.ReadAsync(one) == 1)
            {
                if (one[0] == '\n') return text.ToString().TrimEnd('\r');
                text.Append((char)one[0]);
            }
            return null;
        }
    }
}
