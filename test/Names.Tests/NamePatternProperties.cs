using System.Text;
using CsCheck;

namespace Exeat.Names.Tests;

/// <summary>Comparisons of patterns against all names of a small world. Every shortest witness of these patterns lies in it.</summary>
public sealed class NamePatternProperties
{
    private static readonly string[] LabelPool = ["a", "b", "ab", "ca", "c"];
    private static readonly byte[][] World = [.. Names(4).Select(Encoding.ASCII.GetBytes)];

    private static readonly Gen<NamePattern> Patterns = Gen.Select(
        Gen.Bool,
        Gen.OneOf("a", "b", "*", "a*", "*b", "*a*").Array[0, 3],
        (deep, labels) => NamePatternTests.Pattern((deep ? "**." : "") + string.Concat(labels.Select(l => l + ".")) + "o.org"));

    // Two globs with a star each hold at most three letters: their shortest common label has at most six, and so lies among Labels.
    private static readonly Gen<string> Globs = Gen.OneOf('a', 'b', '*').Array[1, 4].Select(c => new string(c)).Where(g => !g.Contains("**", StringComparison.Ordinal));
    private static readonly byte[][] Labels = [.. Strings("abc", 7).Select(Encoding.ASCII.GetBytes)];

    [Fact]
    public void Overlaps_equals_a_common_name_found_by_search() =>
        Gen.Select(Patterns, Patterns).Sample((a, b) => Assert.Equal(World.Any(n => a.Matches(n) && b.Matches(n)), a.Overlaps(b)), iter: 2000);

    [Fact]
    public void Covers_equals_no_name_of_the_other_missing() =>
        Gen.Select(Patterns, Patterns).Sample((a, b) => Assert.Equal(World.All(n => !b.Matches(n) || a.Matches(n)), a.Covers(b)), iter: 2000);

    [Fact]
    public void IsBelow_equals_a_deeper_name_found_by_search() =>
        Gen.Select(Patterns, Gen.OneOf([.. Names(3), "org", "com", "x.org"])).Sample((pattern, name) =>
        {
            byte[] bytes = Encoding.ASCII.GetBytes(name), suffix = Encoding.ASCII.GetBytes("." + name);
            Assert.Equal(World.Any(n => n.AsSpan().EndsWith(suffix) && pattern.Matches(n)), pattern.IsBelow(bytes));
        }, iter: 2000);

    [Fact]
    public void Globs_meet_in_the_shortest_label_that_both_match() =>
        Gen.Select(Globs, Globs).Sample((a, b) =>
        {
            byte[] x = Encoding.ASCII.GetBytes(a), y = Encoding.ASCII.GetBytes(b);
            int shortest = Labels.Where(l => LabelGlob.Matches(x, l) && LabelGlob.Matches(y, l)).Select(l => l.Length).DefaultIfEmpty(0).Min();
            Assert.Equal(shortest, LabelGlob.ShortestBoth(x, y));
        }, iter: 1000);

    [Fact]
    public void A_glob_covers_another_when_no_label_of_it_is_missing() =>
        Gen.Select(Globs, Globs).Sample((outer, inner) =>
        {
            byte[] x = Encoding.ASCII.GetBytes(outer), y = Encoding.ASCII.GetBytes(inner);
            Assert.Equal(Labels.All(l => !LabelGlob.Matches(y, l) || LabelGlob.Matches(x, l)), LabelGlob.Covers(x, y));
        }, iter: 1000);

    [Fact]
    public void A_pattern_printed_and_read_again_is_the_same() =>
        Patterns.Sample(pattern =>
        {
            NamePattern again = NamePatternTests.Pattern(pattern.ToString());
            Assert.Equal(pattern, again);
            Assert.True(pattern.Covers(again) && again.Covers(pattern) && pattern.Overlaps(again));
        });

    [Fact]
    public void No_text_makes_the_reader_throw_and_every_refusal_has_a_remedy() =>
        Gen.OneOf(Gen.String, Gen.String["*.:/@ab\u00e9\u0000[]%9"]).Sample(text =>
        {
            if (NamePattern.TryParse(text, out NamePattern? pattern, out PatternProblem? problem)) Assert.Equal(text, pattern.Text);
            else Assert.True(problem.What.Length > 0 && problem.Remedy.Length > 0);
        });

    private static IEnumerable<string> Names(int depth)
    {
        IEnumerable<string> level = ["o.org"];
        for (int i = 0; i <= depth; i++)
        {
            foreach (string name in level) yield return name;
            level = [.. level.SelectMany(name => LabelPool.Select(label => $"{label}.{name}"))];
        }
    }

    private static IEnumerable<string> Strings(string alphabet, int longest) =>
        Enumerable.Range(1, longest).SelectMany(length => Enumerable.Range(0, (int)Math.Pow(alphabet.Length, length))
            .Select(n => new string([.. Enumerable.Range(0, length).Select(i => alphabet[n / (int)Math.Pow(alphabet.Length, i) % alphabet.Length])])));
}
