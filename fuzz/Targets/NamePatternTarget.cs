using System.Text;
using Exeat.Names;

namespace Exeat.Fuzz.Targets;

/// <summary>Name patterns and canonical names: two lines, a pattern and a name.</summary>
internal sealed class NamePatternTarget : IFuzzTarget
{
    public string Name => "name-pattern";

    public IReadOnlyList<byte[]> Words => Dictionaries.Texts;

    public void Run(ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? input : input[..end];
        ReadOnlySpan<byte> text = end < 0 ? input : input[(end + 1)..].TrimEnd((byte)'\n');
        Span<byte> name = stackalloc byte[CanonicalName.MaxBytes];
        bool isName = CanonicalName.TryWrite(text, name, out int length) == NameProblem.None;
        Promise.Holds(isName == length > 0, "a canonical name has bytes");
        Span<byte> twice = stackalloc byte[CanonicalName.MaxBytes];
        Promise.Holds(
            !isName || CanonicalName.TryWrite(name[..length], twice, out int again) == NameProblem.None && twice[..again].SequenceEqual(name[..length]),
            "the canonical form of a canonical name is itself");
        if (!NamePattern.TryParse(Encoding.Latin1.GetString(line), out NamePattern? pattern, out _)) return;
        if (isName) pattern.Matches(name[..length]);
        Promise.Holds(pattern.Overlaps(pattern), "a pattern overlaps itself");
        Promise.Holds(!pattern.IsExact || pattern.Matches(Encoding.Latin1.GetBytes(pattern.Text)), "an exact pattern matches its text");
    }
}
