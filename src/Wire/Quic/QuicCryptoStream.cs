namespace Exeat.Wire;

/// <summary>Puts the CRYPTO frames of one connection's Initials together, in whatever pieces and order they come. Bytes that were seen never change.</summary>
/// <remarks>
/// The offset is the sender's to choose: it is held against the cap before anything is allocated for it (Q1). One array has the bytes and, behind them, a bit for each that is here.
/// </remarks>
public sealed class QuicCryptoStream(int maxBytes)
{
    // With its bits, as many as a hello with post-quantum keys takes (less than 2 KB).
    private const int FirstBytes = 2048;
    private byte[] _room = [];
    private int _places;

    /// <summary>What is here from the beginning without a gap.</summary>
    public ReadOnlySpan<byte> Contiguous => _room.AsSpan(0, ContiguousBytes);

    /// <summary>Length of <see cref="Contiguous"/>.</summary>
    public int ContiguousBytes { get; private set; }

    /// <summary>Offset after the last byte that is here; more than <see cref="ContiguousBytes"/> when there are gaps.</summary>
    public int End { get; private set; }

    /// <summary>Length of the array that it has.</summary>
    public int Capacity => _room.Length;

    private Span<byte> Bits => _room.AsSpan(_places);

    /// <summary>How long an array has to be for bytes up to an offset; 0: they lie beyond what is kept.</summary>
    public int RoomFor(ulong offset, int length) => offset > (ulong)maxBytes || length > maxBytes - (int)offset ? 0 : (int)offset + length + ((int)offset + length + 7) / 8;

    /// <summary>Takes another array, which may be dirty and long enough for <see cref="RoomFor"/>, and returns the one it had. With one that is too short for what is here, nothing is here any more.</summary>
    public byte[] Change(byte[] room)
    {
        // The most places that leave a bit for each: n + ⌈n / 8⌉ ≤ room.
        int places = (int)(room.Length * 8L / 9);
        (byte[] old, int oldPlaces) = (_room, _places);
        (_room, _places) = (room, places);
        if (End > places) (End, ContiguousBytes) = (0, 0);
        Bits.Clear();
        old.AsSpan(0, End).CopyTo(room);
        if (End > 0) old.AsSpan(oldPlaces, (End + 7) / 8).CopyTo(Bits);
        return old;
    }

    /// <summary>Adds the bytes of one frame. Without room for them it takes a longer array of its own.</summary>
    public QuicCryptoAddition Add(ulong offset, ReadOnlySpan<byte> data)
    {
        int room = RoomFor(offset, data.Length);
        if (room == 0 && (offset > 0 || data.Length > 0)) return QuicCryptoAddition.TooLong;
        int start = (int)offset, end = start + data.Length;
        if (end > _places) Change(new byte[Math.Max(FirstBytes, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)room))]);
        bool isNew = false;
        Span<byte> bits = Bits;
        for (int i = start; i < end; i++)
        {
            byte bit = (byte)(1 << (i & 7));
            if ((bits[i >> 3] & bit) == 0)
            {
                bits[i >> 3] |= bit;
                _room[i] = data[i - start];
                isNew = true;
            }
            else if (_room[i] != data[i - start])
            {
                return QuicCryptoAddition.Conflict;
            }
        }
        End = Math.Max(End, end);
        while (ContiguousBytes < End && (bits[ContiguousBytes >> 3] & 1 << (ContiguousBytes & 7)) != 0) ContiguousBytes++;
        return isNew ? QuicCryptoAddition.Added : QuicCryptoAddition.Known;
    }
}
