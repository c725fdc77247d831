using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>What one pattern of a rule was used for.</summary>
public sealed class NameUse
{
    /// <summary>Different names that are kept.</summary>
    public const int MaxNames = 32;

    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>The pattern as it is written, with its expiry.</summary>
    public required NameEntry Entry { get; init; }

    /// <summary>How many attempts of the rule it matched.</summary>
    public long Hits { get; private set; }

    /// <summary>When the last one was recorded; null: never.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>The different names it matched, <see cref="MaxNames"/> at most.</summary>
    public IReadOnlyCollection<string> Names => _names;

    internal void Add(string name, long count, DateTimeOffset time)
    {
        Hits += count;
        if (!(Last >= time)) Last = time;
        if (_names.Count < MaxNames) _names.Add(name);
    }
}
