namespace Exeat.Fuzz.Targets.Stateful;

/// <summary>
/// The choices of a model, taken from bytes instead of from chance: each step of the model has so many bytes of the input, and the first choice of a step takes the first byte. So
/// a change of one byte changes one choice, and a step that is moved or repeated brings its choices along.
/// </summary>
internal sealed class StepRandom(byte[] input, int stepBytes) : Random(0)
{
    private int _step = -1, _at;
    private ulong _beyond;

    /// <summary>Goes on to the next step; false when there is none.</summary>
    public bool Next(out int step)
    {
        step = ++_step;
        _at = 0;
        // A step that wants more than its bytes gets what follows from them.
        _beyond = 0x9e3779b97f4a7c15 + (ulong)_step;
        foreach (byte b in Bytes) _beyond = (_beyond ^ b) * 0xbf58476d1ce4e5b9;
        return !Bytes.IsEmpty;
    }

    public override int Next() => (int)(Take(4) & int.MaxValue);

    public override int Next(int maxValue) => maxValue <= 1 ? 0 : (int)(Take(maxValue <= 256 ? 1 : maxValue <= 65536 ? 2 : 4) % (uint)maxValue);

    public override int Next(int minValue, int maxValue) => minValue + Next(maxValue - minValue);

    public override long NextInt64() => (long)(Take(4) << 31 | Take(4)) & long.MaxValue;

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    public override void NextBytes(Span<byte> buffer)
    {
        foreach (ref byte b in buffer) b = (byte)Take(1);
    }

    public override double NextDouble() => Take(4) / 4294967296.0;

    protected override double Sample() => NextDouble();

    private ReadOnlySpan<byte> Bytes => _step < 0 || (long)_step * stepBytes >= input.Length ? default : input.AsSpan(_step * stepBytes, Math.Min(stepBytes, input.Length - _step * stepBytes));

    private uint Take(int count)
    {
        uint value = 0;
        for (; count > 0; count--) value = value << 8 | (_at < Bytes.Length ? Bytes[_at++] : Beyond());
        return value;
    }

    private byte Beyond()
    {
        _beyond ^= _beyond >> 27;
        _beyond *= 0x94d049bb133111eb;
        return (byte)((_beyond ^= _beyond >> 31) >> 24);
    }
}
