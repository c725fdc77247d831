using Exeat.Gateway.Judging;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Streams;

/// <summary>What left towards the server on one connection, by its place in the stream: packets that were let go, and bytes that the gateway sent itself.</summary>
internal sealed class FarSide(JudgeBench bench, ushort from, string? to = null, ushort port = 443)
{
    private const uint Anchor = 1001;
    private readonly SortedDictionary<long, byte> _left = [];
    private int _read;

    public ushort From => from;

    /// <summary>The bytes that left, when they left no gap.</summary>
    public byte[] Bytes => _left.Count == 0 || _left.Keys.Last() == _left.Count - 1 && _left.Keys.First() == 0 ? [.. _left.Values] : throw new InvalidOperationException("bytes left with a gap, or before the anchor");

    public int Count => _left.Count;

    /// <summary>Sends a piece at an offset from the anchor; whatever leaves is noted, and must never contradict what left before.</summary>
    public Answer Send(long at, byte[] piece)
    {
        Answer answer = bench.Client(TcpFlags.Ack, (uint)(at + 1), piece, to, port, from);
        if (answer.Accept && answer.Mark != bench.Refused) Note(at, piece);
        Look();
        return answer;
    }

    /// <summary>Reads what the gateway sent.</summary>
    public void Look()
    {
        for (; _read < bench.Own.Count; _read++)
        {
            Assert.True(PacketView.TryRead(bench.Own[_read], out PacketView view));
            if (view.SourcePort == from && view.PayloadLength > 0) Note((int)(view.Sequence - Anchor), view.Payload.ToArray());
        }
    }

    /// <summary>The server acknowledges all that it has in one go, and answers.</summary>
    public Answer Acknowledge(byte[]? answer = null) => bench.World(TcpFlags.Ack, 1, (uint)Count + 1, answer ?? [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. new byte[74]], to, port, from);

    private void Note(long at, byte[] piece)
    {
        for (int i = 0; i < piece.Length; i++)
        {
            if (!_left.TryAdd(at + i, piece[i])) Assert.Equal(_left[at + i], piece[i]);
        }
    }
}
