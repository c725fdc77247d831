using Exeat.Names;

namespace Exeat.Gateway.Dns;

/// <summary>How many different names, and how many of their bytes, one agent has sent upstream in the running window: the tunnel below a permitted wildcard (D1).</summary>
/// <remarks>A name that is asked again is free. Memory is bounded by the quota itself. Not thread-safe.</remarks>
internal sealed class NameQuota(ResolverLimits limits, TimeProvider time)
{
    private readonly HashSet<DomainName> _names = [];
    private readonly Dictionary<string, int> _zones = new(StringComparer.Ordinal);
    private int _bytes;
    private long _end;

    /// <summary>Takes a name into account. False: it would be one too many.</summary>
    public bool TryTake(DomainName name)
    {
        long now = time.GetTimestamp();
        if (now >= _end)
        {
            _end = now + (long)(limits.QuotaWindow.TotalSeconds * time.TimestampFrequency);
            _bytes = 0;
            _names.Clear();
            _zones.Clear();
        }
        if (_names.Contains(name)) return true;
        string zone = ZoneOf(name.Text);
        int inZone = _zones.GetValueOrDefault(zone);
        if (_names.Count >= limits.NamesPerWindow || inZone >= limits.NamesPerZone || _bytes + name.Bytes.Length > limits.NameBytesPerWindow) return false;
        _names.Add(name);
        _zones[zone] = inZone + 1;
        _bytes += name.Bytes.Length;
        return true;
    }

    // The last two labels, three below what looks like a country's second level (co.uk). A wrong guess only makes the quota coarser.
    private static string ZoneOf(string name)
    {
        int top = name.LastIndexOf('.');
        if (top <= 0) return name;
        int second = name.LastIndexOf('.', top - 1);
        bool country = name.Length - top - 1 == 2 && top - second - 1 <= 3;
        if (second > 0 && country) second = name.LastIndexOf('.', second - 1);
        return name[(second + 1)..];
    }
}
