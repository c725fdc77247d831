using System.Runtime.InteropServices;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Builds a <see cref="NameIndex"/>: first the sets of rules, then the patterns of each.</summary>
internal sealed class NameIndexBuilder
{
    private readonly int _words;
    private readonly LabelTable _literals = new();
    private readonly List<NameIndex.Node> _nodes = [default];
    private readonly List<int> _parents = [0];
    private readonly List<NameIndex.Glob> _globs = [default];
    private readonly List<RuleSet> _sets;
    private readonly List<(ulong[] Named, ulong[] Resolvable)> _rows;
    private readonly Dictionary<(int, int), int> _unions = [];

    public NameIndexBuilder(int words)
    {
        _words = words;
        _rows = [(new ulong[words], new ulong[words])];
        _sets = [new RuleSet([], [])];
    }

    /// <summary>Names a set of rules that share a list of patterns.</summary>
    public int AddSet(ulong[] named, ulong[] resolvable)
    {
        _rows.Add((named, resolvable));
        _sets.Add(new RuleSet(named, resolvable));
        return _sets.Count - 1;
    }

    /// <summary>Lets a pattern stand for a set of rules, besides those it stands for already.</summary>
    public void Add(NamePattern pattern, int set)
    {
        int at = 0;
        for (int i = 0; i < pattern.LabelCount; i++)
        {
            ReadOnlySpan<byte> label = pattern.LabelFromRight(i);
            int child = label.Contains((byte)'*') ? FindGlob(at, label) : _literals.Find(at, label);
            at = child != 0 ? child : AddChild(at, label);
        }
        ref NameIndex.Node node = ref CollectionsMarshal.AsSpan(_nodes)[at];
        if (pattern.IsAnyDepth) node.AnyDepth = Union(node.AnyDepth, set);
        else node.End = Union(node.End, set);
    }

    /// <summary>The finished index.</summary>
    public NameIndex Build()
    {
        var below = new RowPool(_words);
        var under = new ulong[]?[_nodes.Count];
        var nothing = new ulong[_words];
        Span<NameIndex.Node> nodes = CollectionsMarshal.AsSpan(_nodes);
        // Children have higher numbers than their parents: from the back, every node is complete before its parent.
        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            nodes[i].Below = below.Add(under[i] ?? nothing);
            if (i == 0) break;
            ulong[] parent = under[_parents[i]] ??= new ulong[_words];
            if (under[i] is { } deeper) Bits.Or(parent, deeper);
            AddRules(parent, nodes[i].End);
            AddRules(parent, nodes[i].AnyDepth);
            under[i] = null;
        }
        return new NameIndex(_literals, [.. _nodes], [.. _globs], [.. _sets], below.Freeze());
    }

    private void AddRules(ulong[] row, int set)
    {
        Bits.Or(row, _rows[set].Named);
        Bits.Or(row, _rows[set].Resolvable);
    }

    private int FindGlob(int at, ReadOnlySpan<byte> label)
    {
        for (int g = _nodes[at].Globs; g != 0; g = _globs[g].Next)
        {
            if (label.SequenceEqual(_globs[g].Text)) return _globs[g].Child;
        }
        return 0;
    }

    private int AddChild(int parent, ReadOnlySpan<byte> label)
    {
        int child = _nodes.Count;
        _nodes.Add(default);
        _parents.Add(parent);
        if (!label.Contains((byte)'*')) _literals.Add(parent, label, child);
        else
        {
            ref NameIndex.Node node = ref CollectionsMarshal.AsSpan(_nodes)[parent];
            _globs.Add(new NameIndex.Glob(label.ToArray(), child, node.Globs));
            node.Globs = _globs.Count - 1;
        }
        return child;
    }

    // Few different unions occur, as patterns come in groups: each pair is made once.
    private int Union(int set, int other)
    {
        if (set == 0 || set == other) return other;
        if (_unions.TryGetValue((set, other), out int union)) return union;
        ulong[] named = [.. _rows[set].Named], resolvable = [.. _rows[set].Resolvable];
        Bits.Or(named, _rows[other].Named);
        Bits.Or(resolvable, _rows[other].Resolvable);
        return _unions[(set, other)] = AddSet(named, resolvable);
    }
}
