namespace Exeat.Policy;

/// <summary>The rules that state one pattern: those that state it as a destination, and those that only make it resolvable. Only words with bits are kept.</summary>
internal sealed class RuleSet
{
    private readonly (int Word, ulong Bits)[] _named, _resolvable;

    public RuleSet(ReadOnlySpan<ulong> named, ReadOnlySpan<ulong> resolvable) => (_named, _resolvable) = (Pack(named), Pack(resolvable));

    /// <summary>Adds both kinds; an empty span is left alone.</summary>
    public void AddTo(Span<ulong> named, Span<ulong> resolvable)
    {
        foreach ((int word, ulong bits) in _named) named[word] |= bits;
        if (resolvable.IsEmpty) return;
        foreach ((int word, ulong bits) in _resolvable) resolvable[word] |= bits;
    }

    /// <summary>Whether one of these rules is in the set, in either kind.</summary>
    public bool Meets(ReadOnlySpan<ulong> rules)
    {
        foreach ((int word, ulong bits) in _named)
        {
            if ((rules[word] & bits) != 0) return true;
        }
        foreach ((int word, ulong bits) in _resolvable)
        {
            if ((rules[word] & bits) != 0) return true;
        }
        return false;
    }

    private static (int, ulong)[] Pack(ReadOnlySpan<ulong> row)
    {
        var packed = new List<(int, ulong)>();
        for (int w = 0; w < row.Length; w++)
        {
            if (row[w] != 0) packed.Add((w, row[w]));
        }
        return [.. packed];
    }
}
