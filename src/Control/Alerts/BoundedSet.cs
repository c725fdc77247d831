namespace Exeat.Control.Alerts;

/// <summary>The last so many keys. What was forgotten is asked for again, so forgetting costs a question and no truth.</summary>
internal sealed class BoundedSet(int most)
{
    private HashSet<string> _young = new(StringComparer.Ordinal), _old = new(StringComparer.Ordinal);

    /// <summary>False: it is known.</summary>
    public bool Add(string key)
    {
        if (_young.Contains(key)) return false;
        bool known = _old.Contains(key);
        if (_young.Count >= most / 2) (_old, _young) = (_young, new HashSet<string>(StringComparer.Ordinal));
        _young.Add(key);
        return !known;
    }

    /// <summary>As if it had never been added.</summary>
    public void Remove(string key)
    {
        _young.Remove(key);
        _old.Remove(key);
    }
}
