using CsCheck;
using Exeat.Names;

namespace Exeat.Policy.Tests.Documents;

/// <summary>The shortcut of the guardrails passes over nothing.</summary>
public class PatternTailsTests
{
    private static readonly Gen<NamePattern> Pattern = Gen.Select(Gen.OneOf(Gen.Const("**."), Gen.Const("*."), Gen.Const("a."), Gen.Const("")), Gen.OneOf(Gen.Const("b."), Gen.Const("*."), Gen.Const("b*."), Gen.Const("")),
        Gen.OneOf(Gen.Const("internal"), Gen.Const("lan"), Gen.Const("x.internal"))).Select((head, middle, tail) => NamePattern.TryParse(head + middle + tail, out NamePattern? pattern, out _) ? pattern : null!).Where(pattern => pattern is not null);

    [Fact]
    public void Whatever_overlaps_a_pattern_is_near_it() =>
        Gen.Select(Pattern.Array[0, 12], Pattern).Sample((entries, pattern) =>
        {
            NameEntry[] all = [.. entries.Select(entry => new NameEntry { Pattern = entry, Group = "g" })];
            NameEntry[] near = [.. new PatternTails(all).Near(pattern)];
            return all.Where(entry => entry.Pattern.Overlaps(pattern)).All(near.Contains);
        }, iter: 5000, threads: 1);
}
