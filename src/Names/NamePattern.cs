using System.Text;

namespace Exeat.Names;

/// <summary>A set of names as a policy writes it: an exact name, <c>*.x.org</c> (exactly one more label), <c>**.x.org</c> (x.org and any depth below), or a
/// <c>*</c> elsewhere for one whole label or any part of one (possibly none).</summary>
public sealed class NamePattern : IEquatable<NamePattern>
{
    private readonly byte[] _bytes;
    private readonly (byte Start, byte Length)[] _labels;

    internal NamePattern(string text, bool isSharedZone)
    {
        (Text, IsSharedZone) = (text, isSharedZone);
        IsAnyDepth = text.StartsWith("**.", StringComparison.Ordinal);
        _bytes = Encoding.ASCII.GetBytes(IsAnyDepth ? text[3..] : text);
        IsExact = !IsAnyDepth && !_bytes.AsSpan().Contains((byte)'*');
        var labels = new List<(byte, byte)>();
        for (int end = _bytes.Length; end >= 0;)
        {
            int dot = end == 0 ? -1 : Array.LastIndexOf(_bytes, (byte)'.', end - 1);
            labels.Add(((byte)(dot + 1), (byte)(end - dot - 1)));
            end = dot;
        }
        _labels = [.. labels];
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>Whether it matches one name only.</summary>
    public bool IsExact { get; }

    /// <summary>Whether it begins with <c>**.</c>, so that any number of labels may stand before the written ones, also none.</summary>
    public bool IsAnyDepth { get; }

    /// <summary>Whether a wildcard lies directly below a suffix under which strangers register names with one host (private section of the public suffix list,
    /// as github.io): accepted, for deny lists and buckets need it, but worth a warning in a permit.</summary>
    public bool IsSharedZone { get; }

    /// <summary>How many labels are written, without a leading <c>**</c>.</summary>
    public int LabelCount => _labels.Length;

    /// <summary>A written label, counted from the right (0 is the top-level domain); it may hold <c>*</c>, see <see cref="LabelGlob"/>.</summary>
    public ReadOnlySpan<byte> LabelFromRight(int index) => _bytes.AsSpan(_labels[index].Start, _labels[index].Length);

    /// <summary>Reads a pattern. When it returns false, the problem says what is wrong and what to write instead.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out NamePattern? pattern,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out PatternProblem? problem)
    {
        problem = PatternCheck.Find(text, out bool isSharedZone);
        pattern = problem is null ? new NamePattern(text, isSharedZone) : null;
        return problem is null;
    }

    /// <summary>Whether the name belongs. It must be canonical (<see cref="CanonicalName"/>).</summary>
    public bool Matches(ReadOnlySpan<byte> canonical)
    {
        if (IsExact) return canonical.SequenceEqual(_bytes);
        for (int i = 0; i < _labels.Length; i++)
        {
            if (canonical.IsEmpty || !LabelGlob.Matches(LabelFromRight(i), CanonicalName.TakeLastLabel(ref canonical))) return false;
        }
        return IsAnyDepth || canonical.IsEmpty;
    }

    /// <summary>Whether some name belongs to both. Exact: the length limits of labels and names count too.</summary>
    public bool Overlaps(NamePattern other)
    {
        if (!IsAnyDepth && LabelCount < other.LabelCount) return false;
        if (!other.IsAnyDepth && other.LabelCount < LabelCount) return false;
        int both = Math.Min(LabelCount, other.LabelCount), bytes = -1;
        for (int i = 0; i < both; i++)
        {
            int shortest = LabelGlob.ShortestBoth(LabelFromRight(i), other.LabelFromRight(i));
            if (shortest == 0) return false;
            bytes += shortest + 1;
        }
        return bytes + ShortestBeyond(both) + other.ShortestBeyond(both) <= CanonicalName.MaxBytes;
    }

    /// <summary>Whether every name of the other belongs to this one as well.</summary>
    public bool Covers(NamePattern other)
    {
        if (IsAnyDepth ? LabelCount > other.LabelCount : other.IsAnyDepth || LabelCount != other.LabelCount) return false;
        for (int i = 0; i < LabelCount; i++)
        {
            if (!LabelGlob.Covers(LabelFromRight(i), other.LabelFromRight(i))) return false;
        }
        return true;
    }

    /// <summary>Whether some name strictly below this canonical one belongs, whether or not the name itself does (RFC 8020: then it is no NXDOMAIN).</summary>
    public bool IsBelow(ReadOnlySpan<byte> canonical)
    {
        int bytes = canonical.Length, i = 0;
        for (; !canonical.IsEmpty && i < LabelCount; i++)
        {
            if (!LabelGlob.Matches(LabelFromRight(i), CanonicalName.TakeLastLabel(ref canonical))) return false;
        }
        if (i < LabelCount) return canonical.IsEmpty && bytes + ShortestBeyond(i) <= CanonicalName.MaxBytes;
        return IsAnyDepth && bytes + 2 <= CanonicalName.MaxBytes;
    }

    /// <inheritdoc/>
    public bool Equals(NamePattern? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NamePattern);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    // The fewest bytes, dots included, that the written labels from this one leftwards add to a name.
    private int ShortestBeyond(int first)
    {
        int bytes = 0;
        for (int i = first; i < LabelCount; i++) bytes += 1 + LabelGlob.Shortest(LabelFromRight(i));
        return bytes;
    }
}
