namespace Exeat.Flows;

/// <summary>Counts per agent the events that could not be written, to be told when the disk is back. Bounded: agents beyond the limit share one count.</summary>
internal sealed class RefusedEvents
{
    private const int MaxAgents = 1024;
    private readonly Dictionary<string, long> _counts = [];

    public bool Any => _counts.Count > 0;

    public IEnumerable<KeyValuePair<string, long>> Counts => _counts;

    public void Add(string? agent)
    {
        string key = agent ?? "";
        if (_counts.Count >= MaxAgents && !_counts.ContainsKey(key)) key = "";
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
    }

    public void Clear() => _counts.Clear();
}
