namespace Exeat.Store;

/// <summary>The flows that are changing: those in memory are folded on, those that left it are read again when another event of theirs comes.</summary>
internal sealed class FlowUnits(int most)
{
    private readonly Dictionary<(string Gateway, Guid Id), FlowUnit> _units = [];
    private readonly Dictionary<string, long> _horizons = [];
    private long _touch;

    /// <summary>Units that queries do not show as they are.</summary>
    public List<FlowUnit> Changed { get; } = [];

    /// <summary>Up to which moment (of UUIDv7s) flows of a gateway may be in the store and not here.</summary>
    public IReadOnlyDictionary<string, long> Horizons => _horizons;

    public void LoadHorizons(IReadOnlyDictionary<string, long> horizons)
    {
        foreach ((string gateway, long moment) in horizons) _horizons[gateway] = moment;
    }

    /// <summary>Horizons for a start without this memory: the newest flow of each gateway.</summary>
    public Dictionary<string, long> HorizonsWithoutMemory()
    {
        var horizons = new Dictionary<string, long>(_horizons);
        foreach ((string gateway, Guid id) in _units.Keys)
            horizons[gateway] = Math.Max(horizons.GetValueOrDefault(gateway, -1), UnitId.Moment(id) ?? 0);
        return horizons;
    }

    /// <summary>The flows among these events that must be read from the store before they are folded on.</summary>
    public HashSet<Guid> Missing(string gateway, IEnumerable<ReadEvent> events)
    {
        HashSet<Guid> missing = [];
        if (!_horizons.TryGetValue(gateway, out long horizon)) return missing;
        foreach (ReadEvent read in events)
        {
            if (read.Event.Flow is null || read.Event.Event == "counted") continue;
            Guid id = UnitId.OfFlow(read.Event.Flow);
            if (!(UnitId.Moment(id) > horizon) && !_units.ContainsKey((gateway, id))) missing.Add(id);
        }
        return missing;
    }

    /// <summary>Takes back what was read.</summary>
    public void Return(FlowUnit unit)
    {
        unit.Touched = ++_touch;
        unit.Shared = RollUpShare.Of(unit);
        _units[(unit.Gateway, unit.Id)] = unit;
    }

    public void Fold(string gateway, in ReadEvent read)
    {
        if (read.Event.Flow is null || read.Event.Event == "counted")
        {
            Changed.Add(FlowUnit.Of(gateway, read));
            return;
        }
        (string, Guid) key = (gateway, UnitId.OfFlow(read.Event.Flow));
        if (_units.TryGetValue(key, out FlowUnit? unit))
        {
            if (!unit.IsChanged) Changed.Add(unit);
            unit.Add(read);
        }
        else
        {
            _units[key] = unit = FlowUnit.Of(gateway, read);
            Changed.Add(unit);
        }
        unit.Touched = ++_touch;
    }

    /// <summary>Called when all are shown as they are: forgets those that changed longest ago, when there are too many.</summary>
    public void Shown()
    {
        Changed.Clear();
        if (_units.Count <= most) return;
        foreach (((string Gateway, Guid Id) key, FlowUnit _) in _units.OrderBy(unit => unit.Value.Touched).Take(_units.Count - (most / 2)).ToList())
        {
            _units.Remove(key);
            _horizons[key.Gateway] = Math.Max(_horizons.GetValueOrDefault(key.Gateway, -1), UnitId.Moment(key.Id) ?? 0);
        }
    }
}
