using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Exeat.Lab.World;

/// <summary>One name server of the world: UDP and TCP, on one address.</summary>
internal sealed class DnsServer(IPAddress address, ArrivalCounters counters)
{
    private const int Port = 53;

    // What fits the smallest IPv6 path (dnsflagday.net 2020).
    private const int MaxDatagram = 1232;

    /// <summary>Opens its sockets at once, and serves until stopped.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        var datagrams = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        datagrams.Bind(new IPEndPoint(address, Port));
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(address, Port));
        listener.Listen(64);
        return Task.WhenAll(ServeDatagramsAsync(datagrams, stop), ServeStreamsAsync(listener, stop));
    }

    private async Task ServeDatagramsAsync(Socket socket, CancellationToken stop)
    {
        byte[] buffer = new byte[4096];
        var anybody = new IPEndPoint(address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anybody, stop);
                if (DnsZone.Answer(buffer.AsSpan(0, got.ReceivedBytes), Asked) is { } answer)
                {
                    if (answer.Length > MaxDatagram) answer = DnsZone.Cut(buffer.AsSpan(0, got.ReceivedBytes));
                    await socket.SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint, stop);
                }
            }
            catch (SocketException)
            {
                // An unreachable asker's ICMP error comes back here; the next question is served all the same.
            }
        }
    }

    private async Task ServeStreamsAsync(Socket listener, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested) _ = ServeStreamAsync(await listener.AcceptAsync(stop), stop);
    }

    private async Task ServeStreamAsync(Socket client, CancellationToken stop)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            counters.Accepted(Connections.KeyOf(client));
            byte[] length = new byte[2], message = new byte[ushort.MaxValue];
            while (true)
            {
                await stream.ReadExactlyAsync(length, stop);
                Memory<byte> question = message.AsMemory(0, BinaryPrimitives.ReadUInt16BigEndian(length));
                await stream.ReadExactlyAsync(question, stop);
                if (DnsZone.Answer(question.Span, Asked) is not { } answer) return;
                await stream.WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer], stop);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The asker left.
        }
    }

    private void Asked(string name, int type) => counters.Question(address.ToString(), name, type);
}
