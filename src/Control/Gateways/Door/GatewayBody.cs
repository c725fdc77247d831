namespace Exeat.Control.Gateways.Door;

/// <summary>A body in memory, counted until it is disposed.</summary>
internal sealed class GatewayBody(GatewayBodies bodies) : IDisposable
{
    private byte[] _bytes = [];

    /// <summary>How much there is.</summary>
    public int Length { get; set; }

    /// <summary>What there is.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    /// <summary>The same as an array, for what takes nothing else.</summary>
    public MemoryStream Open() => new(_bytes, 0, Length, writable: false);

    internal Memory<byte> Free => _bytes.AsMemory(Length);

    // One byte more than the most shows that there is more.
    internal void Grow(int wanted, int most)
    {
        int size = Math.Min(wanted, most + 1);
        bodies.Take(size);
        byte[] larger = new byte[size];
        _bytes.AsSpan(0, Length).CopyTo(larger);
        bodies.Give(_bytes.Length);
        _bytes = larger;
    }

    public void Dispose()
    {
        bodies.Give(_bytes.Length);
        _bytes = [];
        Length = 0;
    }
}
