namespace Exeat.Policy;

/// <summary>Frozen rows of a <see cref="RowPool"/>.</summary>
internal readonly struct RowTable(ulong[] bits, int words)
{
    /// <summary>How many different rows there are.</summary>
    public int Count => words == 0 ? 0 : bits.Length / words;

    /// <summary>One row.</summary>
    public ReadOnlySpan<ulong> this[int row] => bits.AsSpan(row * words, words);
}
