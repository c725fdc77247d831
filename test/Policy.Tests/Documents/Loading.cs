using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Policy.Tests.Documents;

/// <summary>Loads documents from text, on a day of the tests' own.</summary>
internal static class Loading
{
    public static readonly DateTimeOffset Today = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private const string Head = "apiVersion: exeat/v1\nkind: Policy\n";

    /// <summary>Loads a policy without its two first lines, which are added.</summary>
    public static LoadResult Policy(string body, bool strict = false)
    {
        using var folder = new TempFolder();
        return Load(folder.Write("policy.yaml", Head + body), strict);
    }

    public static LoadResult Load(string path, bool strict = false, string? packs = null) =>
        PolicyLoader.Load(path, new LoadOptions { TimeProvider = new FakeTimeProvider(Today), StrictExpiry = strict, PacksDirectory = packs });

    public static AgentsResult Agents(string list)
    {
        using var folder = new TempFolder();
        return AgentsLoader.Load(folder.Write("agents.yaml", "apiVersion: exeat/v1\nkind: Agents\nagents:\n" + list));
    }

    /// <summary>The one error; more or fewer fail the test.</summary>
    public static Problem OnlyError(this ImmutableArray<Problem> problems) => Assert.Single(problems, problem => problem.Severity == Severity.Error);

    public static void NoProblems(this ImmutableArray<Problem> problems) => Assert.Equal([], problems.Select(problem => problem.ToString()));
}
