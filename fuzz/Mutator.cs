using System.Collections.Immutable;

namespace Exeat.Fuzz;

/// <summary>Changes inputs at random. The same seed and corpus give the same inputs.</summary>
internal sealed class Mutator(int seed, ImmutableArray<(string File, byte[] Bytes)> corpus)
{
    private const int MaxBytes = 1 << 16;
    private static readonly byte[] Edges = [0, 1, 3, 4, 5, 0x16, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xfe, 0xff, .. "\r\n :*."u8];
    private readonly Random _random = new(seed);

    /// <summary>A changed copy of some input of the corpus; bytes without any model when there is none.</summary>
    public byte[] Next()
    {
        var bytes = new List<byte>();
        if (corpus.IsEmpty) Insert(bytes);
        else bytes.AddRange(corpus[_random.Next(corpus.Length)].Bytes);
        for (int changes = 1 + _random.Next(6); changes > 0; changes--) Change(bytes);
        return bytes.Count <= MaxBytes ? [.. bytes] : [.. bytes[..MaxBytes]];
    }

    private void Change(List<byte> bytes)
    {
        if (bytes.Count == 0)
        {
            Insert(bytes);
            return;
        }
        int at = _random.Next(bytes.Count);
        switch (_random.Next(9))
        {
            case 0: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
            case 1: bytes[at] = (byte)_random.Next(256); break;
            case 2: bytes[at] = Edges[_random.Next(Edges.Length)]; break;
            // Lengths are off by a little where parsers err.
            case 3: bytes[at] += (byte)(_random.Next(2) == 0 ? 1 : 255); break;
            case 4: bytes.RemoveRange(at, _random.Next(Math.Min(32, bytes.Count - at)) + 1); break;
            case 5: Insert(bytes); break;
            // A part twice: duplicate extensions, headers, records, keys.
            case 6: bytes.InsertRange(at, bytes.GetRange(at, _random.Next(Math.Min(64, bytes.Count - at)) + 1)); break;
            case 7: bytes.RemoveRange(at, bytes.Count - at); break;
            case 8: Splice(bytes, at); break;
        }
    }

    private void Insert(List<byte> bytes)
    {
        byte[] noise = new byte[1 + _random.Next(16)];
        _random.NextBytes(noise);
        bytes.InsertRange(_random.Next(bytes.Count + 1), noise);
    }

    // The beginning of one message, the end of another.
    private void Splice(List<byte> bytes, int at)
    {
        if (corpus.IsEmpty) return;
        byte[] other = corpus[_random.Next(corpus.Length)].Bytes;
        bytes.RemoveRange(at, bytes.Count - at);
        bytes.AddRange(other[_random.Next(other.Length + 1)..]);
    }
}
