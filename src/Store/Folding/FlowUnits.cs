using System.Runtime.InteropServices;

namespace Exeat.Store;

/// <summary>The flows that are changing: those in memory are folded on, those that left it are read again when another event of theirs comes. Of those that are over, or large, only the ids are kept.</summary>
internal sealed class FlowUnits(int most)
{
    // Null: it is over or large, and no longer in memory.
    private readonly Dictionary<string, Dictionary<Guid, FlowUnit?>> _gateways = [];
    private readonly Queue<(string Gateway, Guid Id)> _over = [];
    private readonly Dictionary<string, long> _horizons = [];
    private long _touch;
    private int _count;

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
        foreach ((string gateway, Dictionary<Guid, FlowUnit?> units) in _gateways)
            foreach (Guid id in units.Keys) horizons[gateway] = Math.Max(horizons.GetValueOrDefault(gateway, -1), UnitId.Moment(id) ?? 0);
        return horizons;
    }

    /// <summary>The flows among these events that must be read from the store before they are folded on.</summary>
    public HashSet<Guid> Missing(string gateway, List<ReadEvent> events)
    {
        HashSet<Guid> missing = [];
        if (!_gateways.TryGetValue(gateway, out Dictionary<Guid, FlowUnit?>? units)) units = [];
        bool hasHorizon = _horizons.TryGetValue(gateway, out long horizon);
        foreach (ref readonly ReadEvent read in CollectionsMarshal.AsSpan(events))
        {
            if (!read.IsOfFlow) continue;
            if (units.TryGetValue(read.Flow, out FlowUnit? unit) ? unit is null : hasHorizon && !(UnitId.Moment(read.Flow) > horizon)) missing.Add(read.Flow);
        }
        return missing;
    }

    /// <summary>Takes back what was read.</summary>
    public void Return(FlowUnit unit)
    {
        unit.Touched = ++_touch;
        unit.Shared = RollUpShare.Of(unit);
        ref FlowUnit? place = ref CollectionsMarshal.GetValueRefOrAddDefault(Of(unit.Gateway), unit.Id, out _);
        if (place is not null) return;
        place = unit;
        _count++;
    }

    /// <summary>The files of these days went, with all rows before <paramref name="nextRow"/>: a flow of which they told is written and summed whole when it goes on.</summary>
    public void Forget(HashSet<int> days, long nextRow)
    {
        foreach (FlowUnit unit in InMemory())
        {
            // By what is in the files: an event that is not shown yet may have moved its beginning.
            if (unit.Row > 0 && unit.Row < nextRow && unit.Shared is { } shared && days.Contains(Microseconds.DayOf(shared.Key.Minute))) (unit.Row, unit.Shared) = (0, null);
        }
    }

    public void Fold(string gateway, in ReadEvent read)
    {
        if (!read.IsOfFlow)
        {
            Changed.Add(FlowUnit.Of(gateway, read));
            return;
        }
        ref FlowUnit? unit = ref CollectionsMarshal.GetValueRefOrAddDefault(Of(gateway), read.Flow, out _);
        if (unit is not null)
        {
            if (!unit.IsChanged) Changed.Add(unit);
            unit.Add(read);
        }
        else
        {
            unit = FlowUnit.Of(gateway, read);
            _count++;
            Changed.Add(unit);
        }
        unit.Touched = ++_touch;
    }

    /// <summary>Called when all are shown as they are: forgets what is over or large, and those that changed longest ago, when there are too many.</summary>
    public void Shown()
    {
        foreach (FlowUnit unit in Changed)
        {
            if (unit.Kind != FlowUnitKind.Flow || !(unit.IsOver || unit.IsLarge)) continue;
            _gateways[unit.Gateway][unit.Id] = null;
            _over.Enqueue((unit.Gateway, unit.Id));
            _count--;
        }
        Changed.Clear();
        while (_over.Count > most)
        {
            (string gateway, Guid id) = _over.Dequeue();
            // It may have gone on since.
            if (_gateways[gateway].TryGetValue(id, out FlowUnit? unit) && unit is null) Forget(gateway, id);
        }
        if (_count <= most) return;
        foreach (FlowUnit unit in InMemory().OrderBy(unit => unit.Touched).Take(_count - (most / 2)).ToList())
        {
            Forget(unit.Gateway, unit.Id);
            _count--;
        }
    }

    private void Forget(string gateway, Guid id)
    {
        _gateways[gateway].Remove(id);
        _horizons[gateway] = Math.Max(_horizons.GetValueOrDefault(gateway, -1), UnitId.Moment(id) ?? 0);
    }

    private IEnumerable<FlowUnit> InMemory() => _gateways.Values.SelectMany(units => units.Values).OfType<FlowUnit>();

    private Dictionary<Guid, FlowUnit?> Of(string gateway)
    {
        if (!_gateways.TryGetValue(gateway, out Dictionary<Guid, FlowUnit?>? units)) _gateways[gateway] = units = [];
        return units;
    }
}
