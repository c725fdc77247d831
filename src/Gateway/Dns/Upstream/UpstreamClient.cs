using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>Asks the configured resolvers questions of our own making: fresh random id, fresh socket (so a random port), our own EDNS, nothing of the agent's packet.</summary>
internal sealed class UpstreamClient(ImmutableArray<IPEndPoint> upstreams, ResolverLimits limits, ResolverCounters counters, TimeProvider time)
{
    // After so many packets that answer nothing we asked, somebody is guessing: the attempt is given up and the next has another port and id.
    private const int MaxIgnoredPackets = 32;

    // Our EDNS says 1,232; what is longer comes in cut and reads as broken.
    private const int UdpRoom = 4096;

    // An upstream that was silent is asked after the others for so long: each name would wait for it.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    private readonly AnswerReader _reader = new(limits);

    // When each was found silent; 0: it was not.
    private readonly long[] _silentAt = new long[upstreams.Length];

    /// <summary>Asks one upstream after the other, those that were silent just now last. Null: none gave an answer that can be used.</summary>
    public async Task<Answer?> AskAsync(DomainName name, DnsType type, CancellationToken stop)
    {
        foreach (int upstream in Enumerable.Range(0, upstreams.Length).OrderBy(IsSilent).ToArray())
        {
            bool answers = false;
            for (int attempt = 0; attempt < limits.AttemptsPerUpstream; attempt++)
            {
                (AnswerStatus status, Answer? answer) = await AttemptAsync(upstreams[upstream], name, type, SocketType.Dgram, stop);
                if (status == AnswerStatus.Truncated) (status, answer) = await AttemptAsync(upstreams[upstream], name, type, SocketType.Stream, stop);
                answers |= status is AnswerStatus.Good or AnswerStatus.Failed;
                if (answers) Volatile.Write(ref _silentAt[upstream], 0);
                if (status == AnswerStatus.Good) return answer;
                if (status == AnswerStatus.Failed) break;
            }
            if (!answers) Volatile.Write(ref _silentAt[upstream], time.GetTimestamp());
        }
        return null;
    }

    private bool IsSilent(int upstream) => Volatile.Read(ref _silentAt[upstream]) is not 0 and var since && time.GetElapsedTime(since) < Silence;

    private async Task<(AnswerStatus Status, Answer? Answer)> AttemptAsync(IPEndPoint upstream, DomainName name, DnsType type, SocketType kind, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(limits.AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        ushort id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        try
        {
            using var socket = new Socket(upstream.AddressFamily, kind, kind == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
            // A connected datagram socket hears this address and port only; the kernel picks a random local port.
            await socket.ConnectAsync(upstream, either.Token);
            return kind == SocketType.Dgram
                ? await AskUdpAsync(socket, id, name, type, either.Token)
                : await AskTcpAsync(socket, id, name, type, either.Token);
        }
        catch (SocketException)
        {
            return default;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return default;
        }
    }

    private async Task<(AnswerStatus Status, Answer? Answer)> AskUdpAsync(Socket socket, ushort id, DomainName name, DnsType type, CancellationToken stop)
    {
        byte[] room = new byte[UdpRoom];
        await socket.SendAsync(room.AsMemory(0, WriteQuestion(room, id, name, type)), stop);
        for (int ignored = 0; ignored < MaxIgnoredPackets; ignored++)
        {
            int length = await socket.ReceiveAsync(room.AsMemory(), stop);
            AnswerStatus status = _reader.Read(room.AsSpan(0, length), id, name, type, out Answer? answer);
            if (status != AnswerStatus.NotOurs) return (status, answer);
            counters.IgnoredPacket();
        }
        return default;
    }

    private async Task<(AnswerStatus Status, Answer? Answer)> AskTcpAsync(Socket socket, ushort id, DomainName name, DnsType type, CancellationToken stop)
    {
        byte[] room = new byte[UdpRoom];
        int length = WriteQuestion(room.AsSpan(2), id, name, type);
        BinaryPrimitives.WriteUInt16BigEndian(room, (ushort)length);
        for (int sent = 0; sent < 2 + length;) sent += await socket.SendAsync(room.AsMemory(sent, 2 + length - sent), stop);
        if (!await FillAsync(socket, room.AsMemory(0, 2), stop)) return default;
        byte[] message = new byte[BinaryPrimitives.ReadUInt16BigEndian(room)];
        if (!await FillAsync(socket, message, stop)) return default;
        AnswerStatus status = _reader.Read(message, id, name, type, out Answer? answer);
        // A stream carries one answer: what is not ours, or cut again, will not get better.
        return status == AnswerStatus.Good ? (status, answer) : (AnswerStatus.Failed, null);
    }

    private static async Task<bool> FillAsync(Socket socket, Memory<byte> room, CancellationToken stop)
    {
        while (!room.IsEmpty)
        {
            int read = await socket.ReceiveAsync(room, stop);
            if (read == 0) return false;
            room = room[read..];
        }
        return true;
    }

    private int WriteQuestion(Span<byte> room, ushort id, DomainName name, DnsType type)
    {
        var writer = new DnsMessageWriter(room, id, DnsHeader.RecursionDesired);
        bool fits = writer.TryWriteQuestion(name.Bytes, type) && writer.TryWriteEdns((ushort)limits.UdpBytes, 0, default);
        return fits ? writer.Length : throw new InvalidOperationException("dns: a question does not fit its buffer");
    }
}
