namespace Exeat.Names;

/// <summary>One label of a pattern, in which <c>*</c> stands for any run of bytes. Its language holds labels only: 1 to 63 bytes.</summary>
public static class LabelGlob
{
    private const byte Star = (byte)'*';

    /// <summary>Whether the glob matches the label. Greedy with one step back: linear but for hostile patterns, which a person has to write.</summary>
    public static bool Matches(ReadOnlySpan<byte> glob, ReadOnlySpan<byte> label)
    {
        int g = 0, l = 0, star = -1, retry = 0;
        while (l < label.Length)
        {
            if (g < glob.Length && glob[g] == Star) (star, retry) = (g++, l);
            else if (g < glob.Length && glob[g] == label[l]) (g, l) = (g + 1, l + 1);
            else if (star >= 0) (g, l) = (star + 1, ++retry);
            else return false;
        }
        while (g < glob.Length && glob[g] == Star) g++;
        return g == glob.Length && !label.IsEmpty;
    }

    /// <summary>Length of the shortest label that both globs match; 0 when there is none of at most 63 bytes.</summary>
    public static int ShortestBoth(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        // cost[j] after row i: the fewest bytes with which a[..i] and b[..j] are both used up. A star is left by a step of
        // cost 0, and swallows what the other side spells byte by byte; two stars facing each other need no byte.
        const int None = 1 << 20;
        Span<int> cost = stackalloc int[b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            int diagonal = None;
            for (int j = 0; j <= b.Length; j++)
            {
                int above = i == 0 ? None : cost[j];
                int best = i == 0 && j == 0 ? 0 : None;
                bool bInStar = j < b.Length && b[j] == Star, aInStar = i < a.Length && a[i] == Star;
                if (i > 0) best = Math.Min(best, above + (a[i - 1] == Star ? 0 : bInStar ? 1 : None));
                if (j > 0) best = Math.Min(best, cost[j - 1] + (b[j - 1] == Star ? 0 : aInStar ? 1 : None));
                if (i > 0 && j > 0 && a[i - 1] != Star && a[i - 1] == b[j - 1]) best = Math.Min(best, diagonal + 1);
                diagonal = above;
                cost[j] = Math.Min(best, None);
            }
        }
        int shortest = Math.Max(cost[b.Length], 1);
        return shortest <= CanonicalName.MaxLabelBytes ? shortest : 0;
    }

    /// <summary>Whether every label that <paramref name="inner"/> matches is matched by <paramref name="outer"/> too.</summary>
    /// <remarks>A star of the inner glob may become any text, also one that the outer glob does not spell; so only a star of the outer glob can take it. That is
    /// plain matching with the inner star as a letter of its own.</remarks>
    public static bool Covers(ReadOnlySpan<byte> outer, ReadOnlySpan<byte> inner)
    {
        Span<byte> letters = stackalloc byte[inner.Length];
        inner.Replace(letters, Star, (byte)'#');
        return Matches(outer, letters);
    }

    /// <summary>Length of the shortest label that the glob matches.</summary>
    public static int Shortest(ReadOnlySpan<byte> glob) => Math.Max(1, glob.Length - glob.Count(Star));
}
