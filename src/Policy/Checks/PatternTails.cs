using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Sorts name entries by their last two labels, so that comparing two large groups does not compare each with each.</summary>
internal sealed class PatternTails
{
    private readonly Dictionary<string, List<NameEntry>> _byTail = new(StringComparer.Ordinal);
    private readonly List<NameEntry> _withoutTail = [];
    private readonly List<NameEntry> _all = [];

    public PatternTails(IEnumerable<NameEntry> entries)
    {
        foreach (NameEntry entry in entries)
        {
            _all.Add(entry);
            if (Tail(entry.Pattern) is not { } tail) _withoutTail.Add(entry);
            else if (_byTail.TryGetValue(tail, out List<NameEntry>? same)) same.Add(entry);
            else _byTail.Add(tail, [entry]);
        }
    }

    /// <summary>Every entry that may share a name with the pattern; others surely do not.</summary>
    public IEnumerable<NameEntry> Near(NamePattern pattern)
    {
        if (Tail(pattern) is not { } tail) return _all;
        return _byTail.TryGetValue(tail, out List<NameEntry>? same) ? same.Concat(_withoutTail) : _withoutTail;
    }

    // Two labels without a wildcard, which all names of the pattern end with; null when there are none such.
    private static string? Tail(NamePattern pattern)
    {
        if (pattern.LabelCount < 2 || pattern.LabelFromRight(0).Contains((byte)'*') || pattern.LabelFromRight(1).Contains((byte)'*')) return null;
        string text = pattern.Text;
        int start = text.LastIndexOf('.', text.LastIndexOf('.') - 1);
        return text[(start + 1)..];
    }
}
