using System.Numerics;

namespace Exeat.Policy;

/// <summary>A set of rules as bits, rule 0 lowest.</summary>
internal static class Bits
{
    /// <summary>Stands for "no rule": behind every rule.</summary>
    public const int None = int.MaxValue;

    /// <summary>How many words a set of so many rules takes; at least one, so that no row is empty.</summary>
    public static int Words(int rules) => Math.Max(1, (rules + 63) / 64);

    /// <summary>Adds a rule.</summary>
    public static void Set(Span<ulong> row, int rule) => row[rule >> 6] |= 1UL << rule;

    /// <summary>Whether the rule is in the set.</summary>
    public static bool Has(ReadOnlySpan<ulong> row, int rule) => (row[rule >> 6] >> rule & 1) != 0;

    /// <summary>Adds all rules of another set.</summary>
    public static void Or(Span<ulong> row, ReadOnlySpan<ulong> other)
    {
        for (int w = 0; w < row.Length; w++) row[w] |= other[w];
    }

    /// <summary>The first rule of this word, which is the w-th of its row.</summary>
    public static int First(ulong word, int w) => (w << 6) + BitOperations.TrailingZeroCount(word);

    /// <summary>The first rule that is in both sets; <see cref="None"/> when there is none.</summary>
    public static int FirstBoth(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        for (int w = 0; w < a.Length; w++)
        {
            if ((a[w] & b[w]) is not 0 and var both) return First(both, w);
        }
        return None;
    }

    /// <summary>The first rule of the set at or behind a place.</summary>
    public static int FirstFrom(ReadOnlySpan<ulong> row, int place)
    {
        for (int w = place >> 6; w < row.Length; w++)
        {
            ulong word = w == place >> 6 ? row[w] & ulong.MaxValue << place : row[w];
            if (word != 0) return First(word, w);
        }
        return None;
    }
}
