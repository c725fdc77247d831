using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Exeat.Flows;
using Exeat.Names;

namespace Exeat.Store.Tests.Asking;

public sealed class NameGlobTests
{
    private static readonly Gen<string> Label = Gen.OneOf(new[] { "a", "b", "ab", "a-b", "x", "org" }.Select(text => Gen.Const(text)).ToArray());
    private static readonly Gen<string> PatternLabel = Gen.OneOf(new[] { "a", "b", "a*", "*b", "a*b", "*", "org", "x" }.Select(text => Gen.Const(text)).ToArray());

    [Fact]
    public void A_pattern_chooses_the_names_that_it_matches_in_a_policy()
    {
        int both = 0;
        Gen.Select(PatternLabel.Array[1, 3], Label.Array[1, 5], Gen.Bool).Sample((pattern, labels, anyDepth) =>
        {
            string text = (anyDepth ? "**." : "") + string.Join('.', pattern) + ".example.net", name = string.Join('.', labels) + ".example.net";
            if (!NamePattern.TryParse(text, out NamePattern? parsed, out _)) return;
            bool expected = parsed.Matches(Encoding.ASCII.GetBytes(name));
            string names = NamesText.Of([new FlowName("other.example.com", "binding"), new FlowName(name, "sni")])!;
            Assert.Equal(expected, Regex.IsMatch(names, NameGlob.Expression(text)));
            if (expected) Interlocked.Increment(ref both);
        }, iter: 5000);
        Assert.True(both > 100, $"{both} matches: the property says nothing");
    }

    [Fact]
    public void Any_names_are_read_as_they_were_written_and_none_looks_like_two()
    {
        Gen<string> hostile = Gen.OneOf(Gen.String, Gen.OneOf(new[] { "a\tsni\nb", "\\0009", "\n", "\ud800", "'; drop table flows; --", "\0" }.Select(text => Gen.Const(text)).ToArray()));
        Gen.Select(hostile, hostile).Array[0, 5].Sample(pairs =>
        {
            FlowName[] names = [.. pairs.Select(pair => new FlowName(pair.Item1, pair.Item2))];
            Assert.Equal(names, NamesText.Read(NamesText.Of(names)));
            foreach (FlowName name in names) Assert.Contains(NamesText.Exactly(name.Name), NamesText.Of(names)!, StringComparison.Ordinal);
        }, iter: 5000);
    }
}
