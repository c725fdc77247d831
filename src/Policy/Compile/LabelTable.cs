using System.Buffers.Binary;
using System.Numerics;

namespace Exeat.Policy;

/// <summary>The literal edges of the name tree: (parent, label) → child, in one open-addressed table, found by bytes without allocating.</summary>
internal sealed class LabelTable
{
    private Edge[] _edges = new Edge[1024];
    private byte[] _labels = new byte[8192];
    private int _used, _count;

    /// <summary>The child under this label; 0 (the root, nobody's child) when there is none.</summary>
    public int Find(int parent, ReadOnlySpan<byte> label)
    {
        uint hash = Hash(parent, label);
        for (int slot = (int)hash & (_edges.Length - 1); ; slot = (slot + 1) & (_edges.Length - 1))
        {
            ref readonly Edge edge = ref _edges[slot];
            if (edge.Child == 0) return 0;
            if (edge.Hash == hash && edge.Parent == parent && _labels.AsSpan(edge.Start, edge.Length).SequenceEqual(label)) return edge.Child;
        }
    }

    /// <summary>Adds an edge that is not there yet.</summary>
    public void Add(int parent, ReadOnlySpan<byte> label, int child)
    {
        // At most half full: the walk of a miss stays short.
        if (2 * ++_count > _edges.Length) Grow();
        if (_used + label.Length > _labels.Length) Array.Resize(ref _labels, 2 * _labels.Length);
        label.CopyTo(_labels.AsSpan(_used));
        Put(_edges, new Edge(Hash(parent, label), parent, child, _used, (byte)label.Length));
        _used += label.Length;
    }

    private void Grow()
    {
        var edges = new Edge[2 * _edges.Length];
        foreach (Edge edge in _edges)
        {
            if (edge.Child != 0) Put(edges, edge);
        }
        _edges = edges;
    }

    private static void Put(Edge[] edges, Edge edge)
    {
        int slot = (int)edge.Hash & (edges.Length - 1);
        while (edges[slot].Child != 0) slot = (slot + 1) & (edges.Length - 1);
        edges[slot] = edge;
    }

    // The policy alone fills the table, so the names that agents choose cannot make it degenerate: no secret seed is needed.
    private static uint Hash(int parent, ReadOnlySpan<byte> label)
    {
        const ulong Odd = 0x9FB21C651E98DF25;
        ulong hash = ((ulong)(uint)parent << 8 | (byte)label.Length) * Odd;
        for (; label.Length >= 8; label = label[8..])
            hash = (BitOperations.RotateLeft(hash, 23) ^ BinaryPrimitives.ReadUInt64LittleEndian(label)) * Odd;
        ulong tail = 0;
        foreach (byte b in label) tail = tail << 8 | b;
        hash = (BitOperations.RotateLeft(hash, 23) ^ tail) * Odd;
        return (uint)(hash >> 32) ^ (uint)hash >> 7;
    }

    private readonly record struct Edge(uint Hash, int Parent, int Child, int Start, byte Length);
}
