using System.Buffers.Binary;

namespace Exeat.Fuzz.Engine;

/// <summary>Changes inputs at random. The same seed and the same inputs give the same changes.</summary>
internal sealed class Mutator(int seed, IFuzzTarget target)
{
    private const int MaxArithmetic = 35;
    private static readonly byte[] Bytes = [0, 1, 3, 4, 5, 0x16, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xfe, 0xff, .. "\r\n :*.\"{}[]-&%0129"u8];
    private static readonly int[] Numbers = [0, 1, 4, 16, 32, 63, 64, 65, 100, 127, 128, 253, 254, 255, 256, 511, 512, 1000, 1024, 1220, 4096, 16383, 16384, 16385, 32767, 32768, 65534, 65535, 65536, 1 << 24, int.MaxValue, int.MinValue, -1];
    private readonly Random _random = new(seed);

    /// <summary>A changed copy of an input; sometimes the beginning of it with the end of another one.</summary>
    public byte[] Change(ReadOnlySpan<byte> input, ReadOnlySpan<byte> other)
    {
        var bytes = new List<byte>(input.Length + 64);
        bytes.AddRange(input);
        if (target.StepBytes > 0) ChangeSteps(bytes, other);
        else ChangeBytes(bytes, other, 1 << _random.Next(7));
        return bytes.Count <= target.MaxBytes ? [.. bytes] : [.. bytes[..target.MaxBytes]];
    }

    public int Pick(int below) => _random.Next(below);

    // Steps as wholes first; then bytes of one or two of them.
    private void ChangeSteps(List<byte> bytes, ReadOnlySpan<byte> other)
    {
        int step = target.StepBytes;
        for (int changes = 1 + _random.Next(4); changes > 0; changes--)
        {
            int steps = bytes.Count / step;
            int at = steps == 0 ? 0 : _random.Next(steps) * step;
            switch (steps == 0 ? 0 : _random.Next(10))
            {
                case 0: bytes.InsertRange(at, Noise(step)); break;
                case 1: bytes.RemoveRange(at, step * (1 + _random.Next(Math.Min(8, steps - at / step)))); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(_random.Next(steps) * step, step)); break;
                case 3: Move(bytes, at, _random.Next(steps) * step, step); break;
                case 4: bytes.RemoveRange(at, bytes.Count - at); bytes.AddRange(Noise(step)); break;
                case 5: Graft(bytes, at, other, step); break;
                case 6: bytes.AddRange(Noise(step)); break;
                default: ChangeStep(bytes, at, step); break;
            }
        }
    }

    private void ChangeStep(List<byte> bytes, int at, int step)
    {
        // The first bytes of a step say what it is, the others how.
        int end = Math.Min(bytes.Count, at + step);
        for (int changes = 1 + _random.Next(3); changes > 0; changes--)
        {
            int place = at + _random.Next(_random.Next(2) == 0 ? Math.Min(4, end - at) : end - at);
            bytes[place] = _random.Next(3) switch
            {
                0 => (byte)(bytes[place] ^ 1 << _random.Next(8)),
                1 => (byte)(bytes[place] + (_random.Next(2) == 0 ? 1 : 255)),
                _ => (byte)_random.Next(256),
            };
        }
    }

    private static void Move(List<byte> bytes, int from, int to, int step)
    {
        List<byte> moved = bytes.GetRange(from, Math.Min(step, bytes.Count - from));
        bytes.RemoveRange(from, moved.Count);
        bytes.InsertRange(Math.Min(to, bytes.Count), moved);
    }

    private void Graft(List<byte> bytes, int at, ReadOnlySpan<byte> other, int step)
    {
        int steps = other.Length / step;
        if (steps == 0) return;
        int from = _random.Next(steps), count = 1 + _random.Next(steps - from);
        if (_random.Next(2) == 0) bytes.RemoveRange(at, bytes.Count - at);
        bytes.InsertRange(at, other.Slice(from * step, count * step).ToArray());
    }

    private void ChangeBytes(List<byte> bytes, ReadOnlySpan<byte> other, int changes)
    {
        for (; changes > 0; changes--)
        {
            if (bytes.Count == 0) bytes.AddRange(target.Words.Count > 0 && _random.Next(2) == 0 ? Word() : Noise(1 + _random.Next(16)));
            int at = _random.Next(bytes.Count);
            switch (_random.Next(target.Words.Count > 0 ? 17 : 15))
            {
                case 0: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
                case 1: bytes[at] = (byte)_random.Next(256); break;
                case 2: bytes[at] = Bytes[_random.Next(Bytes.Length)]; break;
                // Lengths are off by a little where parsers err.
                case 3: bytes[at] += (byte)(_random.Next(2) == 0 ? 1 : 255); break;
                case 4: Number(bytes, at, 1 << _random.Next(1, 3), arithmetic: true); break;
                case 5: Number(bytes, at, 1 << _random.Next(1, 3), arithmetic: false); break;
                case 6: bytes[at] += (byte)_random.Next(-MaxArithmetic, MaxArithmetic + 1); break;
                case 7 or 8: bytes.RemoveRange(at, _random.Next(Math.Min(Length(), bytes.Count - at)) + 1); break;
                case 9: bytes.InsertRange(at, Noise(1 + _random.Next(16))); break;
                // A part twice: duplicate extensions, headers, records, keys.
                case 10: bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, _random.Next(Math.Min(Length(), bytes.Count - at)) + 1)); break;
                case 11: Overwrite(bytes, at, bytes.GetRange(_random.Next(bytes.Count), 1)); break;
                case 12: bytes.InsertRange(at, Enumerable.Repeat(bytes[at], 1 + _random.Next(Length())).ToArray()); break;
                case 13: if (_random.Next(4) == 0) bytes.RemoveRange(at, bytes.Count - at); break;
                case 14: if (_random.Next(2) == 0) Splice(bytes, at, other); break;
                case 15: bytes.InsertRange(at, Word()); break;
                default: Overwrite(bytes, at, Word()); break;
            }
        }
    }

    private void Number(List<byte> bytes, int at, int width, bool arithmetic)
    {
        if (at + width > bytes.Count) return;
        Span<byte> room = stackalloc byte[4];
        for (int i = 0; i < width; i++) room[4 - width + i] = bytes[at + i];
        bool little = _random.Next(4) == 0;
        if (little) room[(4 - width)..].Reverse();
        int value = arithmetic ? BinaryPrimitives.ReadInt32BigEndian(room) + _random.Next(-MaxArithmetic, MaxArithmetic + 1) : Numbers[_random.Next(Numbers.Length)];
        BinaryPrimitives.WriteInt32BigEndian(room, value);
        if (little) room[(4 - width)..].Reverse();
        for (int i = 0; i < width; i++) bytes[at + i] = room[4 - width + i];
    }

    private static void Overwrite(List<byte> bytes, int at, IReadOnlyList<byte> with)
    {
        for (int i = 0; i < with.Count && at + i < bytes.Count; i++) bytes[at + i] = with[i];
    }

    // The beginning of one message, the end of another; or a piece of another one in the middle.
    private void Splice(List<byte> bytes, int at, ReadOnlySpan<byte> other)
    {
        if (other.IsEmpty) return;
        int from = _random.Next(other.Length);
        if (_random.Next(2) == 0)
        {
            bytes.RemoveRange(at, bytes.Count - at);
            bytes.AddRange(other[from..]);
            return;
        }
        bytes.InsertRange(at, other.Slice(from, 1 + _random.Next(Math.Min(Length(), other.Length - from))).ToArray());
    }

    private int Length() => _random.Next(8) switch { < 5 => 8, < 7 => 64, _ => 1024 };

    private byte[] Word() => target.Words[_random.Next(target.Words.Count)];

    private byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        _random.NextBytes(noise);
        return noise;
    }
}
