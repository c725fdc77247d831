namespace Exeat.Wire;

/// <summary>Puts the CRYPTO frames of one connection's Initials together, in whatever pieces and order they come. Bytes that were seen never change.</summary>
/// <remarks>The offset is the sender's to choose: it is held against the cap before anything is allocated for it (Q1).</remarks>
public sealed class QuicCryptoStream(int maxBytes)
{
    // A hello with post-quantum keys takes less than 2 KB.
    private const int FirstBytes = 2048;
    private byte[] _bytes = [];
    private ulong[] _here = [];

    /// <summary>What is here from the beginning without a gap.</summary>
    public ReadOnlySpan<byte> Contiguous => _bytes.AsSpan(0, ContiguousBytes);

    /// <summary>Length of <see cref="Contiguous"/>.</summary>
    public int ContiguousBytes { get; private set; }

    /// <summary>Offset after the last byte that is here; more than <see cref="ContiguousBytes"/> when there are gaps.</summary>
    public int End { get; private set; }

    /// <summary>Adds the bytes of one frame.</summary>
    public QuicCryptoAddition Add(ulong offset, ReadOnlySpan<byte> data)
    {
        if (offset > (ulong)maxBytes || data.Length > maxBytes - (int)offset) return QuicCryptoAddition.TooLong;
        int start = (int)offset, end = start + data.Length;
        Grow(end);
        bool isNew = false;
        for (int i = start; i < end; i++)
        {
            ulong bit = 1UL << (i & 63);
            if ((_here[i >> 6] & bit) == 0)
            {
                _here[i >> 6] |= bit;
                _bytes[i] = data[i - start];
                isNew = true;
            }
            else if (_bytes[i] != data[i - start])
            {
                return QuicCryptoAddition.Conflict;
            }
        }
        End = Math.Max(End, end);
        while (ContiguousBytes < End && (_here[ContiguousBytes >> 6] & 1UL << (ContiguousBytes & 63)) != 0) ContiguousBytes++;
        return isNew ? QuicCryptoAddition.Added : QuicCryptoAddition.Known;
    }

    private void Grow(int needed)
    {
        if (needed <= _bytes.Length) return;
        int size = Math.Min(maxBytes, Math.Max(FirstBytes, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)needed)));
        Array.Resize(ref _bytes, size);
        Array.Resize(ref _here, (size + 63) / 64);
    }
}
