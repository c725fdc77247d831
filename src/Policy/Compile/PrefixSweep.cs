using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Turns prefixes with their rules into intervals. Prefixes are nested or disjoint, so one stack of open ones is enough.</summary>
internal static class PrefixSweep
{
    /// <summary>The intervals of one family. <paramref name="everywhere"/> are the rules that hold at every address.</summary>
    public static IntervalIndex Build(IEnumerable<(Prefix Prefix, ulong[] Rules)> prefixes, int width, ulong[] everywhere, RowPool pool)
    {
        var sorted = prefixes.Where(p => p.Prefix.Network.Width == width).ToArray();
        Array.Sort(sorted, (a, b) => (a.Prefix.Network.Bits, a.Prefix.Length).CompareTo((b.Prefix.Network.Bits, b.Prefix.Length)));
        UInt128 highest = width == 128 ? UInt128.MaxValue : (UInt128.One << width) - 1;
        var open = new Stack<(UInt128 Last, ulong[] Rules, int Row)>();
        open.Push((highest, everywhere, pool.Add(everywhere)));
        var intervals = new IntervalIndex.Builder(open.Peek().Row);

        void CloseBefore(UInt128 start)
        {
            while (open.Peek().Last < start)
            {
                UInt128 last = open.Pop().Last;
                intervals.Add(last + 1, open.Peek().Row);
            }
        }

        foreach ((Prefix prefix, ulong[] rules) in sorted)
        {
            CloseBefore(prefix.Network.Bits);
            ulong[] union = [.. open.Peek().Rules];
            Bits.Or(union, rules);
            UInt128 hosts = prefix.Length == width ? 0 : highest >> prefix.Length;
            open.Push((prefix.Network.Bits | hosts, union, pool.Add(union)));
            intervals.Add(prefix.Network.Bits, open.Peek().Row);
        }
        CloseBefore(highest);
        return intervals.Build();
    }
}
