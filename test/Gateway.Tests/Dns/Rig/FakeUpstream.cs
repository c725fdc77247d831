using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Exeat.Names;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns;

/// <summary>An upstream resolver on loopback that says what a test wants, as many packets as it wants, and counts what arrives.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    private readonly Socket _udp, _tcp;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public FakeUpstream()
    {
        (_udp, _tcp) = Open();
        EndPoint = (IPEndPoint)_udp.LocalEndPoint!;
        _tcp.Listen();
        _running = Task.WhenAll(UdpAsync(), TcpAsync());
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Every question that arrived, as "name TYPE", in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The raw packets that arrived over UDP, and the ports they came from.</summary>
    public ConcurrentQueue<(byte[] Packet, int Port)> Packets { get; } = new();

    /// <summary>What is answered: zero or more messages per question.</summary>
    public Func<UpstreamQuestion, IEnumerable<byte[]>> Answer { get; set; } = q => [q.Reply()];

    /// <summary>Answers with these addresses of the asked family, NODATA for other types.</summary>
    public void Give(int ttl, params string[] addresses) => Answer = q => [q.Reply(w => w.Addresses(q, ttl, addresses))];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    // One port for both transports: what is free for one may be somebody's for the other.
    private static (Socket Udp, Socket Tcp) Open()
    {
        for (int tried = 1; ; tried++)
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                udp.Bind(tcp.LocalEndPoint!);
                return (udp, tcp);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse && tried < 32)
            {
                udp.Dispose();
                tcp.Dispose();
            }
        }
    }

    private async Task UdpAsync()
    {
        byte[] room = new byte[4096];
        while (!_stop.IsCancellationRequested)
        {
            SocketReceiveFromResult got = await _udp.ReceiveFromAsync(room, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
            byte[] packet = room[..got.ReceivedBytes];
            Packets.Enqueue((packet, ((IPEndPoint)got.RemoteEndPoint).Port));
            foreach (byte[] message in Answer(Read(packet, tcp: false))) await _udp.SendToAsync(message, got.RemoteEndPoint, _stop.Token);
        }
    }

    private async Task TcpAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            using Socket connection = await _tcp.AcceptAsync(_stop.Token);
            await using var stream = new NetworkStream(connection);
            byte[] prefix = new byte[2];
            await stream.ReadExactlyAsync(prefix, _stop.Token);
            byte[] packet = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
            await stream.ReadExactlyAsync(packet, _stop.Token);
            foreach (byte[] message in Answer(Read(packet, tcp: true))) await stream.WriteAsync((byte[])[(byte)(message.Length >> 8), (byte)message.Length, .. message], _stop.Token);
        }
    }

    private UpstreamQuestion Read(byte[] packet, bool tcp)
    {
        Span<byte> name = stackalloc byte[CanonicalName.MaxBytes];
        Assert.Equal(ReadStatus.Found, DnsMessageReader.TryOpen(packet, out DnsMessageReader reader));
        Assert.Equal(ReadStatus.Found, reader.TryReadQuestion(out DnsQuestion question));
        Assert.Equal(ReadStatus.Found, question.TryReadName(name, out int length));
        var read = new UpstreamQuestion(reader.Header.Id, Encoding.ASCII.GetString(name[..length]), question.Type, tcp);
        Asked.Enqueue($"{read.Name} {read.Type}");
        return read;
    }
}
