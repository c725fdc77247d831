using System.Text;
using CsCheck;
using Exeat.Names;
using Exeat.Policy.Tests.Compile;

namespace Exeat.Policy.Tests.Compare;

public sealed class RegionTests
{
    private static readonly Gen<string> Label = Gen.OneOf(Gen.OneOf("a", "b", "ab", "other", "another", "www", "api"), Gen.OneOf("a", "b", "x").Array[1, 4].Select(letters => string.Concat(letters)));
    private static readonly Gen<string> GlobLabel = Gen.OneOf("*", "a*", "*b", "a*b", "*a*", "x*", "ab*ba");
    private static readonly Gen<NamePattern> Pattern = Gen.Select(Gen.Bool, Gen.Frequency((2, Label), (3, GlobLabel)).Array[0, 3],
        (deep, labels) => RandomPolicies.Read((deep ? "**." : "") + string.Concat(labels.Select(label => label + ".")) + "o.org"));
    private static readonly Gen<string> Name = Gen.Select(Label.Array[0, 4], Gen.OneOf("o.org", "org", "other"), (labels, tail) => string.Concat(labels.Select(label => label + ".")) + tail);

    private static string Vector(NamePattern[] patterns, string name) => string.Concat(patterns.Select(pattern => pattern.Matches(Encoding.ASCII.GetBytes(name)) ? '1' : '0'));

    [Fact]
    public void Every_name_has_a_witness_that_the_same_patterns_match() =>
        Gen.Select(Pattern.Array[0, 6], Name.Array[20]).Sample((patterns, names) =>
        {
            NameRegions regions = NameRegions.Of(patterns);
            Assert.True(regions.IsExact);
            HashSet<string> vectors = [.. regions.Witnesses.Select(witness => Vector(patterns, witness.First.Text))];
            Assert.All(names, name => Assert.Contains(Vector(patterns, name), vectors));
            Assert.All(regions.Witnesses.Where(witness => witness.Second is not null), witness =>
            {
                Assert.NotEqual(witness.First, witness.Second);
                Assert.Equal(Vector(patterns, witness.First.Text), Vector(patterns, witness.Second!.Text));
            });
        }, iter: 2000);

    [Fact]
    public void Witnesses_are_names() =>
        Pattern.Array[0, 6].Sample(patterns => Assert.All(NameRegions.Of(patterns).Witnesses, witness =>
        {
            byte[] canonical = new byte[CanonicalName.MaxBytes];
            Assert.Equal(NameProblem.None, CanonicalName.TryWrite(witness.First.Bytes, canonical, out int written));
            Assert.Equal(witness.First.Text, Encoding.ASCII.GetString(canonical, 0, written));
        }), iter: 500);

    [Fact]
    public void A_name_between_labels_that_are_spelled_out_is_found_letter_by_letter()
    {
        // Every label of one letter is spelled out, and so are the words that come first to mind.
        string[] spelled = [.. "abcdefghijklmnopqrstuvwxyz0123456789-_".Select(letter => letter.ToString()), "other", "another", "www", "api"];
        NamePattern[] patterns = [RandomPolicies.Read("*.o.org"), .. spelled.Select(label => RandomPolicies.Read(label + ".o.org"))];
        NameRegions regions = NameRegions.Of(patterns);
        Assert.True(regions.IsExact);
        Assert.Contains(regions.Witnesses, witness => Vector(patterns, witness.First.Text) == "1" + new string('0', spelled.Length));
    }

    [Fact]
    public void Too_many_places_are_said()
    {
        NamePattern[] patterns = [.. Enumerable.Range(0, 50).Select(i => RandomPolicies.Read($"n{i}.o.org"))];
        Assert.False(NameRegions.Of(patterns, maxNames: 20).IsExact);
        Assert.True(NameRegions.Of(patterns).IsExact);
    }
}
