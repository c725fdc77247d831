using System.Runtime.CompilerServices;

namespace Exeat.Flows;

/// <summary>Keeps the short lists of two texts each that journal lines repeat (labels, names), so that a thousand events of an agent or to a site share one. Those who get a list must not change it.</summary>
internal sealed class PairLists<T>(Func<string, string, T> make)
{
    // Together less than 4 MiB: what is longer is made for its line alone.
    private const int Places = 2048, MostPairs = 8, MostCharacters = 512, MostKept = 1024;

    private readonly Kept?[] _kept = new Kept?[Places];
    private readonly List<(string First, string Second)> _pairs = [];

    /// <summary>Begins a list.</summary>
    public void Begin()
    {
        _pairs.Clear();
        if (_pairs.Capacity > MostKept) _pairs.Capacity = 0;
    }

    public void Add(string first, string second) => _pairs.Add((first, second));

    /// <summary>The list of what was added since it was begun.</summary>
    public IReadOnlyList<T> End()
    {
        if (_pairs.Count == 0) return [];
        (int hash, int characters) = (0, 0);
        foreach ((string first, string second) in _pairs)
        {
            // Words are mostly the same objects; where they are not, a list is made again.
            hash = (hash * 31) ^ (RuntimeHelpers.GetHashCode(first) * 17) ^ RuntimeHelpers.GetHashCode(second);
            characters += first.Length + second.Length;
        }
        if (_pairs.Count > MostPairs || characters > MostCharacters) return Made();
        ref Kept? place = ref _kept[(uint)hash % Places];
        if (place is null || !System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pairs).SequenceEqual(place.Pairs)) place = new Kept([.. _pairs], Made());
        return place.Made;
    }

    private T[] Made()
    {
        var made = new T[_pairs.Count];
        for (int i = 0; i < made.Length; i++) made[i] = make(_pairs[i].First, _pairs[i].Second);
        return made;
    }

    private sealed record Kept((string, string)[] Pairs, T[] Made);
}
