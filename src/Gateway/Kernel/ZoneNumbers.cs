using System.Globalization;

namespace Exeat.Gateway.Kernel;

/// <summary>
/// The conntrack zone of each inside interface, 1 to 65,535. Kept in the state folder: a connection is found again only in its own zone, so neither a change of the
/// order of <c>inside</c> nor a restart may renumber, and an interface never gets the connections of one that went. From any thread.
/// </summary>
internal sealed class ZoneNumbers
{
    private const int Most = ushort.MaxValue;

    private readonly string _path;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ushort> _numbers = new(StringComparer.Ordinal);

    /// <summary>Reads what earlier runs gave out; lines that cannot be read are left out.</summary>
    public ZoneNumbers(string stateDir)
    {
        _path = Path.Combine(stateDir, "zones");
        if (!File.Exists(_path)) return;
        foreach (string line in File.ReadLines(_path))
        {
            if (line.Split(' ') is [{ Length: > 0 } name, { } number] && ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ushort zone) && zone > 0 && !_numbers.ContainsValue(zone))
                _numbers.TryAdd(name, zone);
        }
    }

    /// <summary>Whether an agent was attached by this interface before.</summary>
    public bool Knows(string name)
    {
        lock (_lock) return _numbers.ContainsKey(name);
    }

    /// <summary>The zone of an interface; 0 when it has none.</summary>
    public ushort Find(string name)
    {
        lock (_lock) return _numbers.GetValueOrDefault(name);
    }

    /// <summary>Whether a zone is one of these.</summary>
    public bool Has(ushort zone)
    {
        lock (_lock) return _numbers.ContainsValue(zone);
    }

    /// <summary>The zone of an interface; a new one is written down before it is used.</summary>
    /// <exception cref="IOException">The state folder cannot be written.</exception>
    public ushort Of(string name)
    {
        lock (_lock) return Numbered(name);
    }

    private ushort Numbered(string name)
    {
        if (_numbers.TryGetValue(name, out ushort zone)) return zone;
        zone = (ushort)Enumerable.Range(1, Most).FirstOrDefault(n => !_numbers.ContainsValue((ushort)n));
        if (zone == 0) throw new IOException($"{_path}: all {Most} conntrack zones are given out; delete the file while the gateway is stopped");
        _numbers.Add(name, zone);
        File.WriteAllLines(_path + ".new", _numbers.Select(pair => $"{pair.Key} {pair.Value}"));
        File.Move(_path + ".new", _path, overwrite: true);
        return zone;
    }
}
