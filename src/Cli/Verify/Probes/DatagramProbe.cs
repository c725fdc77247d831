using System.Net;
using System.Net.Sockets;
using Exeat.Linux;
using Exeat.Names;

namespace Exeat.Cli.Verify;

/// <summary>Attempts in one datagram: questions, QUIC, plain UDP, echo requests. Who refuses, and how, is read from the socket's error queue.</summary>
internal static class DatagramProbe
{
    private const int MostBytes = 4096;

    public static async Task<Seen> MakeAsync(Probe probe, DateTimeOffset from, TimeSpan again, TimeProvider time, CancellationToken limit)
    {
        var seen = new Seen { Look = Look.Silence, From = from };
        Socket? socket = null;
        try
        {
            socket = Open(probe);
            ErrorQueue.Open(socket);
            if (probe.Kind != ProbeKind.Echo) seen = seen with { SourcePort = Prober.BindAny(socket) };
            await socket.ConnectAsync(new IPEndPoint(probe.To.ToIPAddress(), probe.Port), limit);
            byte[] sent = ProbePayload.Of(probe), bytes = new byte[MostBytes];
            while (true)
            {
                int got = await SendUntilHeardAsync(socket, sent, bytes, again, time, limit);
                if (!probe.IsQuestion) return seen with { Look = Look.Answered };
                // Anything may be sent to an open port: only what answers this question counts.
                if (AnswerReading.Read(seen, sent, bytes.AsSpan(0, got)) is { } answered) return answered;
            }
        }
        catch (OperationCanceledException)
        {
            return seen;
        }
        catch (SocketException) when (socket is null)
        {
            return seen with { Look = Look.Untried, Detail = "this place may not send echo requests: net.ipv4.ping_group_range leaves out this group" };
        }
        catch (SocketException error)
        {
            return Refused(probe, seen, error.SocketErrorCode, ErrorQueue.Take(socket!));
        }
        finally
        {
            socket?.Dispose();
        }
    }

    // A datagram may be lost, and so may the word that it was refused: it is sent again until something is heard.
    private static async Task<int> SendUntilHeardAsync(Socket socket, byte[] sent, byte[] bytes, TimeSpan again, TimeProvider time, CancellationToken limit)
    {
        while (true)
        {
            await socket.SendAsync(sent, limit);
            using var pause = new CancellationTokenSource(again, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, limit);
            try
            {
                return await socket.ReceiveAsync(bytes, either.Token);
            }
            catch (OperationCanceledException) when (!limit.IsCancellationRequested)
            {
                // Once more.
            }
        }
    }

    private static Socket Open(Probe probe) => probe.Kind == ProbeKind.Echo
        ? new Socket(Prober.FamilyOf(probe.To), SocketType.Dgram, probe.To.IsV4 ? ProtocolType.Icmp : ProtocolType.IcmpV6)
        : new Socket(Prober.FamilyOf(probe.To), SocketType.Dgram, ProtocolType.Udp);

    private static Seen Refused(Probe probe, Seen seen, SocketError error, QueuedError? told)
    {
        if (told is null) return seen with { Look = Prober.LookOf(error) };
        bool byItself = Address.From(told.Sender) == probe.To;
        Look look = told.IsPortUnreachable ? Look.RefusedThere : !told.IsProhibition ? Look.Unreachable : byItself ? Look.ProhibitedThere : Look.Prohibited;
        return seen with { Look = look, Detail = $"by {told.Sender}" };
    }
}
