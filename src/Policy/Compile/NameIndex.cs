using Exeat.Names;

namespace Exeat.Policy;

/// <summary>All patterns of a policy as one tree over labels from the right, each place with the rules that state it.</summary>
/// <remarks>
/// <code>
///   root ── org ── x ── (end: rules of "x.org", any depth: rules of "**.x.org")
///                   ├── api        literal labels: <see cref="LabelTable"/>
///                   └── "*", "ec2-*"   labels with a star: a short list per node, each tried
/// </code>
/// </remarks>
internal sealed class NameIndex
{
    private readonly LabelTable _literals;
    private readonly Node[] _nodes;
    private readonly Glob[] _globs;
    private readonly RuleSet[] _sets;
    private readonly RowTable _below;

    internal NameIndex(LabelTable literals, Node[] nodes, Glob[] globs, RuleSet[] sets, RowTable below) =>
        (_literals, _nodes, _globs, _sets, _below) = (literals, nodes, globs, sets, below);

    /// <summary>Adds the rules whose names match to <paramref name="named"/>, and those whose <c>resolve</c> list does to <paramref name="resolvable"/> unless that is empty.</summary>
    public void Collect(ReadOnlySpan<byte> canonical, Span<ulong> named, Span<ulong> resolvable)
    {
        if (!canonical.IsEmpty) Walk(0, canonical, named, resolvable);
    }

    /// <summary>Whether a name strictly below this one is matched for one of these rules.</summary>
    public bool AnyBelow(ReadOnlySpan<byte> canonical, ReadOnlySpan<ulong> rules) =>
        !canonical.IsEmpty && canonical.Length + 2 <= CanonicalName.MaxBytes && WalkBelow(0, canonical, rules);

    private void Walk(int node, ReadOnlySpan<byte> rest, Span<ulong> named, Span<ulong> resolvable)
    {
        while (true)
        {
            ref readonly Node at = ref _nodes[node];
            if (at.AnyDepth != 0) _sets[at.AnyDepth].AddTo(named, resolvable);
            if (rest.IsEmpty)
            {
                if (at.End != 0) _sets[at.End].AddTo(named, resolvable);
                return;
            }
            ReadOnlySpan<byte> label = CanonicalName.TakeLastLabel(ref rest);
            for (int g = at.Globs; g != 0; g = _globs[g].Next)
            {
                if (LabelGlob.Matches(_globs[g].Text, label)) Walk(_globs[g].Child, rest, named, resolvable);
            }
            node = _literals.Find(node, label);
            if (node == 0) return;
        }
    }

    private bool WalkBelow(int node, ReadOnlySpan<byte> rest, ReadOnlySpan<ulong> rules)
    {
        while (true)
        {
            ref readonly Node at = ref _nodes[node];
            if (at.AnyDepth != 0 && _sets[at.AnyDepth].Meets(rules)) return true;
            if (rest.IsEmpty) return Bits.FirstBoth(_below[at.Below], rules) != Bits.None;
            ReadOnlySpan<byte> label = CanonicalName.TakeLastLabel(ref rest);
            for (int g = at.Globs; g != 0; g = _globs[g].Next)
            {
                if (LabelGlob.Matches(_globs[g].Text, label) && WalkBelow(_globs[g].Child, rest, rules)) return true;
            }
            node = _literals.Find(node, label);
            if (node == 0) return false;
        }
    }

    /// <summary>A place in the tree. Numbers of rule sets and globs are 0 for none; <c>Below</c> is the row of rules with patterns strictly below.</summary>
    internal struct Node
    {
        public int End, AnyDepth, Globs, Below;
    }

    /// <summary>An edge whose label has a star.</summary>
    internal readonly record struct Glob(byte[] Text, int Child, int Next);
}
