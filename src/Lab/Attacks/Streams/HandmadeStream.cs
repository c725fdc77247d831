using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Lab.Attacks.Streams;

/// <summary>A TCP connection whose every segment is made by hand: numbers, flags, options, time to live, order.</summary>
/// <remarks>
/// The agent's own kernel knows nothing of such a connection and would answer the server's SYN-ACK with a reset. So a socket takes the tuple's place: in repair mode (TCP_REPAIR, for
/// root in its own machine) it is connected without a packet, and a filter drops whatever comes for it before TCP looks. The witness (<see cref="PacketTap"/>) sees it all the same.
/// </remarks>
internal sealed class HandmadeStream : IDisposable
{
    private const int SolSocket = 1, SoAttachFilter = 26, IpProtoTcp = 6, TcpRepair = 19;
    private const ushort SegmentBytes = 1400;

    private readonly Socket _seat;
    private readonly PacketTap _tap;
    private readonly RawSender _sender = new(0);
    private readonly byte[] _packet = new byte[PacketWriter.MaxBytes];
    private readonly Address _from, _to;
    private readonly ushort _fromPort, _toPort;
    private readonly List<byte> _received = [];
    private uint _serverNext;
    private int _end;

    private HandmadeStream(AttackTarget target)
    {
        _seat = new Socket(target.Family, SocketType.Stream, ProtocolType.Tcp);
        _seat.SetRawSocketOption(IpProtoTcp, TcpRepair, BitConverter.GetBytes(1));
        DropAll(_seat);
        _tap = PacketTap.Open();
        _seat.Connect(target.EndPoint);
        var own = (IPEndPoint)_seat.LocalEndPoint!;
        (_from, _fromPort) = (Address.FromBytes(own.Address.GetAddressBytes()), (ushort)own.Port);
        (_to, _toPort) = (Address.FromBytes(target.Address.GetAddressBytes()), (ushort)target.Port);
    }

    /// <summary>Sequence number of the client's first byte.</summary>
    public uint First { get; private set; } = (uint)Random.Shared.Next();

    /// <summary>What the server said so far.</summary>
    public IReadOnlyList<byte> Received => _received;

    /// <summary>Whether a reset came.</summary>
    public bool IsReset { get; private set; }

    /// <summary>The name is asked for like any client would, so that it is bound; then the tuple is taken. Nothing is sent yet.</summary>
    public static async Task<HandmadeStream> TakeAsync(AttackTarget target)
    {
        await target.ResolveAsync();
        return new HandmadeStream(target);
    }

    /// <summary>The whole handshake, as an honest client makes it.</summary>
    public static async Task<HandmadeStream> ConnectAsync(AttackTarget target, byte[]? options = null)
    {
        HandmadeStream stream = await TakeAsync(target);
        stream.Syn(0, [], options ?? []);
        stream.AwaitAnswer();
        stream.Send(new HandmadeSegment(0, []) { Flags = TcpFlags.Ack, Options = options is null ? [] : Clock(2) });
        return stream;
    }

    /// <summary>A timestamp option (RFC 7323), the echo left at zero.</summary>
    public static byte[] Clock(uint value)
    {
        byte[] option = new byte[TcpOptionsView.TimestampBytes];
        TcpOptionsView.WriteTimestamp(option, value, 0);
        return option;
    }

    /// <summary>A SYN whose number lies so far before the stream's first byte, one less for the SYN itself.</summary>
    public void Syn(int before, byte[] data, byte[] options) => Send(new HandmadeSegment(-1 - before, data)
    {
        Flags = TcpFlags.Syn,
        Options = [2, 4, SegmentBytes >> 8, SegmentBytes & 0xff, .. options],
    });

    /// <summary>Waits for the SYN-ACK to the stream's own number.</summary>
    public void AwaitAnswer()
    {
        long start = TimeProvider.System.GetTimestamp();
        while (_serverNext == 0 && !IsReset)
        {
            if (TimeProvider.System.GetElapsedTime(start) > AttackTarget.Patience) throw new IOException("no SYN-ACK was seen");
            Look(50);
        }
        if (_serverNext == 0) throw new IOException("the SYN was refused");
    }

    /// <summary>Sends one.</summary>
    public void Send(HandmadeSegment segment)
    {
        if ((segment.Flags & TcpFlags.Syn) == 0) _end = Math.Max(_end, segment.At + segment.Bytes.Length);
        bool acknowledges = (segment.Flags & TcpFlags.Ack) != 0;
        int length = PacketWriter.Write(
            new PacketDraft
            {
                Source = _from,
                Destination = _to,
                Protocol = IpProtocol.Tcp,
                SourcePort = _fromPort,
                DestinationPort = _toPort,
                Sequence = First + (uint)segment.At,
                Acknowledgement = acknowledges ? _serverNext + segment.Ahead : 0,
                Flags = segment.Flags,
                Urgent = (segment.Flags & TcpFlags.Urg) != 0 ? (ushort)1 : (ushort)0,
                HopLimit = segment.HopLimit,
                TcpOptions = segment.Options,
                Payload = segment.Bytes,
            },
            _packet);
        int checksum = (_from.IsV6 ? 40 : 20) + 16;
        if (segment.IsBroken) _packet[checksum] ^= 0x55;
        Errno error = _sender.Send(_packet.AsSpan(0, length));
        if (error is not (Errno.None or Errno.EAGAIN)) throw new Topology.LabException($"the agent's own kernel refused a segment: {error}");
    }

    /// <summary>Takes what comes for a while; ends early at the first byte, or at a reset, when that is asked for.</summary>
    public void Listen(int milliseconds, bool untilBytes = false)
    {
        long start = TimeProvider.System.GetTimestamp();
        int before = _received.Count;
        while (TimeProvider.System.GetElapsedTime(start).TotalMilliseconds < milliseconds * LabPatience.Factor && !(untilBytes && (_received.Count > before || IsReset))) Look(20);
    }

    /// <summary>Leaves: the server is told, the agent's kernel is not.</summary>
    public void Dispose()
    {
        if (_serverNext != 0) Send(new HandmadeSegment(_end, []) { Flags = TcpFlags.Rst });
        _seat.Dispose();
        _tap.Dispose();
        _sender.Dispose();
    }

    private void Look(int milliseconds)
    {
        int count = _tap.Receive(milliseconds);
        for (int i = 0; i < count; i++)
        {
            if (_tap[i].IsOutgoing || !PacketView.TryRead(_tap[i].Bytes, allowGso: true, out PacketView seen)) continue;
            if (seen.IsTcp && seen.Source == _to && seen.SourcePort == _toPort && seen.DestinationPort == _fromPort) Take(seen);
        }
    }

    private void Take(in PacketView seen)
    {
        if ((seen.Flags & TcpFlags.Rst) != 0)
        {
            IsReset = true;
            return;
        }
        if ((seen.Flags & TcpFlags.Syn) != 0)
        {
            if (_serverNext == 0 && seen.Acknowledgement == First) _serverNext = seen.Sequence + 1;
            return;
        }
        if (seen.PayloadLength == 0 || seen.Sequence != _serverNext) return;
        _received.AddRange(seen.Payload);
        _serverNext += (uint)seen.PayloadLength;
    }

    // struct sock_fprog: a count and a pointer to instructions; one instruction that returns 0 (linux/filter.h: BPF_RET | BPF_K).
    private static void DropAll(Socket socket)
    {
        byte[] instruction = [6, 0, 0, 0, 0, 0, 0, 0];
        GCHandle pinned = GCHandle.Alloc(instruction, GCHandleType.Pinned);
        try
        {
            socket.SetRawSocketOption(SolSocket, SoAttachFilter, [.. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(pinned.AddrOfPinnedObject().ToInt64())]);
        }
        finally
        {
            pinned.Free();
        }
    }
}
