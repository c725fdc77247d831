using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>A client that does what clients do: a SYN, its hello in segments, again what nobody acknowledged, a second hello when asked, and then its request.</summary>
internal sealed class HonestClient(World world, Random random, Flight hello, Flight second, ushort port, int segment)
{
    private const int WindowSegments = 10;
    private static readonly byte[] Request = new byte[300];

    private readonly uint _isn = (uint)random.Next();
    private readonly List<byte> _stream = [.. hello.Bytes];
    private readonly List<byte> _heard = [];
    private int _seen;
    private int _acknowledged;
    private uint? _serverAnchor;
    private int _parts = 1;

    /// <summary>It was reset.</summary>
    public bool IsReset { get; private set; }

    /// <summary>All it wants to send was acknowledged to it.</summary>
    public bool IsDone => _parts == 0 && _acknowledged == _stream.Count;

    public int Sends => _stream.Count;

    /// <summary>Reads what came, and sends what is due.</summary>
    public void Act()
    {
        for (; _seen < world.Heard.Count; _seen++) Hear(world.Heard[_seen]);
        if (IsReset) return;
        if (_serverAnchor is null)
        {
            world.Offer(Packet(TcpFlags.Syn, _isn, []));
            return;
        }
        world.Offer(Packet(TcpFlags.Ack, _isn + 1 + (uint)_acknowledged, []));
        var due = new List<(int From, int To)>();
        for (int at = _acknowledged; at < _stream.Count && due.Count < WindowSegments; at += segment) due.Add((at, Math.Min(_stream.Count, at + segment)));
        // The way may change their order.
        if (random.Next(4) == 0) due = [.. due.OrderBy(_ => random.Next())];
        foreach ((int from, int to) in due) world.Offer(Packet(TcpFlags.Ack | TcpFlags.Psh, _isn + 1 + (uint)from, [.. _stream[from..to]]));
    }

    private void Hear(byte[] packet)
    {
        if (!PacketView.TryRead(packet, out PacketView view) || view.DestinationPort != port) return;
        if ((view.Flags & TcpFlags.Rst) != 0)
        {
            IsReset = true;
            return;
        }
        if ((view.Flags & TcpFlags.Syn) != 0) _serverAnchor ??= view.Sequence + 1;
        if (_serverAnchor is not { } anchor) return;
        _acknowledged = Math.Max(_acknowledged, Math.Min(_stream.Count, (int)(view.Acknowledgement - _isn - 1)));
        int skip = _heard.Count - (int)(view.Sequence - anchor);
        if (skip >= 0 && skip < view.Payload.Length) _heard.AddRange(view.Payload[skip..]);
        if (_parts > 0 && _heard.Count >= _parts * ModelServer.ServerHelloBytes) Continue();
    }

    private void Continue()
    {
        bool isRetry = _heard[^ModelServer.ServerHelloBytes..][11..43].SequenceEqual(TlsServerHello.RetryRandom.ToArray());
        _stream.AddRange(isRetry ? second.Bytes : Request);
        _parts = isRetry ? _parts + 1 : 0;
    }

    private byte[] Packet(TcpFlags flags, uint sequence, byte[] payload) => PacketBuilder.Tcp(
        world.Bench.Agent, port, world.Bench.Server, 443, flags, sequence, (_serverAnchor ?? 0) + (uint)_heard.Count, payload);
}
