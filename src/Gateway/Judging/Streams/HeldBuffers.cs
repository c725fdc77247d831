namespace Exeat.Gateway.Judging;

/// <summary>Buffers for held bytes, in four sizes, used again and again. Owned by the verdict thread.</summary>
internal sealed class HeldBuffers
{
    /// <summary>The smallest buffer: a hello with post-quantum keys fits (1.6 to 2.4 KB).</summary>
    public const int Least = 4096;

    /// <summary>The largest buffer.</summary>
    public const int Most = Least << (2 * (Sizes - 1));

    private const int Sizes = 4;

    // What lies idle in each size is at most so much; the rest is garbage.
    private const int IdleBytes = 4 << 20;

    private readonly Stack<byte[]>[] _idle = [new(), new(), new(), new()];

    /// <summary>The size of the buffer that holds so many bytes; 0 when none does.</summary>
    public static int SizeFor(int bytes)
    {
        for (int size = Least; size <= Most; size <<= 2)
        {
            if (bytes <= size) return size;
        }
        return 0;
    }

    public byte[] Rent(int size)
    {
        Stack<byte[]> idle = _idle[Class(size)];
        return idle.Count > 0 ? idle.Pop() : GC.AllocateUninitializedArray<byte>(size);
    }

    public void Return(byte[] buffer)
    {
        if (buffer.Length == 0) return;
        Stack<byte[]> idle = _idle[Class(buffer.Length)];
        if (idle.Count * buffer.Length < IdleBytes) idle.Push(buffer);
    }

    private static int Class(int size) => (System.Numerics.BitOperations.Log2((uint)size) - System.Numerics.BitOperations.Log2(Least)) / 2;
}
