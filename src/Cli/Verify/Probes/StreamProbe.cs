using System.Net;
using System.Net.Sockets;

namespace Exeat.Cli.Verify;

/// <summary>Attempts over TCP: connect, send, wait for the first bytes.</summary>
internal static class StreamProbe
{
    private const int MostBytes = 16 * 1024;
    private const byte TlsAlert = 21, TlsHandshake = 22;

    public static async Task<Seen> MakeAsync(Probe probe, DateTimeOffset from, CancellationToken limit)
    {
        using var socket = new Socket(Prober.FamilyOf(probe.To), SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var seen = new Seen { Look = Look.Silence, From = from, SourcePort = Prober.BindAny(socket) };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(probe.To.ToIPAddress(), probe.Port), limit);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            return e is SocketException error ? seen with { Look = Prober.LookOf(error.SocketErrorCode) } : seen;
        }
        seen = seen with { Connected = true };
        try
        {
            byte[] sent = ProbePayload.Of(probe);
            await socket.SendAsync(sent, limit);
            byte[] bytes = new byte[MostBytes];
            int got = await socket.ReceiveAsync(bytes, limit);
            if (got == 0) return seen with { Look = Look.Closed };
            if (probe.Kind != ProbeKind.QuestionOverTcp) return seen with { Look = Look.Answered, Detail = What(probe, bytes[0]) };
            while (got < 2 || got < 2 + (bytes[0] << 8 | bytes[1]))
            {
                int more = await socket.ReceiveAsync(bytes.AsMemory(got), limit);
                if (more == 0) return seen with { Look = Look.Closed };
                got += more;
            }
            return AnswerReading.Read(seen, sent.AsSpan(2), bytes.AsSpan(2, got - 2)) ?? seen with { Look = Look.Answered, Detail = "not with DNS" };
        }
        catch (SocketException error)
        {
            // A connection that stood and ends with an error ended by a reset, whatever the number.
            return seen with { Look = error.SocketErrorCode == SocketError.TimedOut ? Look.Silence : Look.ResetLater };
        }
        catch (OperationCanceledException)
        {
            return seen;
        }
    }

    private static string What(Probe probe, byte first) => (probe.Kind, first) switch
    {
        (ProbeKind.Tls, TlsHandshake) => "a TLS handshake",
        (ProbeKind.Tls, TlsAlert) => "a TLS alert",
        (ProbeKind.Tls, _) => "not with TLS",
        _ => "",
    };
}
