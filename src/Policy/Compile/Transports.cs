namespace Exeat.Policy;

/// <summary>Which rules speak of a protocol and of a port, and whether some rules together leave nothing of what another speaks of.</summary>
internal sealed class Transports
{
    private readonly byte[] _protocols = new byte[256];
    private readonly RowTable _protocolRows, _portRows;
    private readonly IntervalIndex _ports;

    public Transports(IReadOnlyList<Rule> rules, int words)
    {
        var pool = new RowPool(words);
        var row = new ulong[words];
        for (int protocol = 0; protocol < 256; protocol++)
        {
            Array.Clear(row);
            for (int r = 0; r < rules.Count; r++)
            {
                if (rules[r].Protocol.Matches((byte)protocol)) Bits.Set(row, r);
            }
            _protocols[protocol] = (byte)pool.Add(row);
        }
        _protocolRows = pool.Freeze();
        (_ports, _portRows) = IndexPorts(rules, words);
    }

    /// <summary>The ports at which some rule begins or ends to speak.</summary>
    public IReadOnlyList<UInt128> PortEdges => _ports.Starts;

    /// <summary>The rules that speak of this protocol.</summary>
    public ReadOnlySpan<ulong> OfProtocol(byte protocol) => _protocolRows[_protocols[protocol]];

    /// <summary>The rules that speak of this port; those without ports speak of all.</summary>
    public ReadOnlySpan<ulong> OfPort(ushort port) => _portRows[_ports.Find(port)];

    /// <summary>Whether the rules of <paramref name="covering"/> before <paramref name="rule"/> leave none of its protocols and ports over.</summary>
    /// <param name="rule">The rule that may be covered; <see cref="Bits.None"/> speaks of everything and stands behind all.</param>
    /// <param name="covering">The rules that may cover it.</param>
    public bool Covered(int rule, ReadOnlySpan<ulong> covering)
    {
        if (Bits.FirstFrom(covering, 0) >= rule) return false;
        for (int p = 0; p < _protocolRows.Count; p++)
        {
            ReadOnlySpan<ulong> protocol = _protocolRows[p];
            if (rule != Bits.None && !Bits.Has(protocol, rule)) continue;
            for (int i = 0; i < _portRows.Count; i++)
            {
                ReadOnlySpan<ulong> port = _portRows[i];
                if ((rule == Bits.None || Bits.Has(port, rule)) && !AnyBefore(rule, covering, protocol, port)) return false;
            }
        }
        return true;
    }

    /// <summary>Whether two rules share a protocol and a port.</summary>
    public bool Meet(int rule, int other)
    {
        for (int p = 0; p < _protocolRows.Count; p++)
        {
            if (!Bits.Has(_protocolRows[p], rule) || !Bits.Has(_protocolRows[p], other)) continue;
            for (int i = 0; i < _portRows.Count; i++)
            {
                if (Bits.Has(_portRows[i], rule) && Bits.Has(_portRows[i], other)) return true;
            }
        }
        return false;
    }

    private static bool AnyBefore(int rule, ReadOnlySpan<ulong> covering, ReadOnlySpan<ulong> protocol, ReadOnlySpan<ulong> port)
    {
        for (int w = 0; w < covering.Length && w <= rule >> 6; w++)
        {
            if ((covering[w] & protocol[w] & port[w]) is not 0 and var all) return Bits.First(all, w) < rule;
        }
        return false;
    }

    // Every range becomes two switch points of its rule's bit; ranges of one rule are merged first, so a point never switches twice.
    private static (IntervalIndex, RowTable) IndexPorts(IReadOnlyList<Rule> rules, int words)
    {
        var switches = new SortedDictionary<int, List<int>>();
        var row = new ulong[words];
        for (int r = 0; r < rules.Count; r++)
        {
            if (rules[r].Ports.IsEmpty) Bits.Set(row, r);
            foreach ((int first, int end) in Merge(rules[r].Ports))
            {
                Switch(first, r);
                Switch(end, r);
            }
        }
        // Only rows of real ports may get into the pool: Covered asks about every row there is.
        var pool = new RowPool(words);
        foreach (int r in switches.GetValueOrDefault(0, [])) row[r >> 6] ^= 1UL << r;
        var intervals = new IntervalIndex.Builder(pool.Add(row));
        foreach ((int port, List<int> toggled) in switches)
        {
            if (port is 0 or > ushort.MaxValue) continue;
            foreach (int r in toggled) row[r >> 6] ^= 1UL << r;
            intervals.Add((UInt128)port, pool.Add(row));
        }
        return (intervals.Build(), pool.Freeze());

        void Switch(int port, int rule)
        {
            if (!switches.TryGetValue(port, out List<int>? there)) switches[port] = there = [];
            there.Add(rule);
        }
    }

    private static IEnumerable<(int First, int End)> Merge(IEnumerable<PortRange> ranges)
    {
        int first = -1, end = -1;
        foreach (PortRange range in ranges.OrderBy(range => range.First))
        {
            if (range.First > end)
            {
                if (first >= 0) yield return (first, end);
                first = range.First;
            }
            end = Math.Max(end, range.Last + 1);
        }
        if (first >= 0) yield return (first, end);
    }
}
