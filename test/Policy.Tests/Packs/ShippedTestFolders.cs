using Exeat.Policy.Tests.Documents;

namespace Exeat.Policy.Tests.Packs;

/// <summary>The folders of policies/tests: a policy on a pack, its agents, and tests that state what the pack permits and denies.</summary>
public class ShippedTestFolders
{
    private static readonly string Root = Path.Combine(Shipped.Directory, "tests");

    public static TheoryData<string> Folders => [.. Directory.EnumerateDirectories(Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_has_no_problem_and_its_tests_hold(string name)
    {
        string folder = Path.Combine(Root, name);
        LoadResult loaded = Loading.Load(folder, packs: Shipped.Directory);
        loaded.Problems.NoProblems();
        AgentsResult agents = AgentsLoader.Load(folder);
        agents.Problems.NoProblems();
        PolicyTestOutcome[] outcomes = [.. PolicyTests.Run(loaded.Policy!, agents.Agents!, Loading.Today)];
        Assert.Equal([], outcomes.Select(outcome => outcome.Problem?.ToString()).OfType<string>());
        Assert.True(outcomes.Length > 30, "a folder of tests with few tests");
        // Both families, permits and denies.
        Assert.Contains(loaded.Policy!.Tests, test => test.To.Address.IsV6 && test.Expect == RuleAction.Permit);
        Assert.Contains(loaded.Policy.Tests, test => test.To.Address.IsV6 && test.Expect == RuleAction.Deny);
    }

    [Fact]
    public void Every_class_has_a_folder() => Assert.Equal(Shipped.Classes, Shipped.Classes.Intersect(Folders.Select(row => row.Data)));

    // What a class states is what tells it from the others: none of its permits and denies hold for all.
    [Fact]
    public void Classes_differ_in_rules_and_not_in_a_tag()
    {
        HashSet<string> seen = [];
        foreach (string @class in Shipped.Classes)
            Assert.True(seen.Add(string.Join(' ', Shipped.Load(@class).Policy!.Rules.Where(rule => rule.Priority is > 59 and < 90).Select(rule => $"{rule.Name}/{rule.Mode}"))), @class);
    }
}
