using System.Text;

namespace Exeat.Policy.Tests.Documents;

/// <summary>
/// Runs every folder of cases. With attempts.txt: its lines "agent destination [at ADDRESS] [sni NAME]" must come out as decisions.txt says. Without: loading
/// policy.yaml must give exactly problems.txt. EXEAT_UPDATE_CASES=1 writes what came out beside the sources.
/// </summary>
public class CaseTests
{
    private static readonly string Folder = Repository.Path("test", "Policy.Tests", "cases");

    public static TheoryData<string> Names => [.. Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_case_comes_out_as_written(string name)
    {
        string folder = Path.Combine(Folder, name);
        bool isDecisions = File.Exists(Path.Combine(folder, "attempts.txt"));
        string expectedFile = Path.Combine(folder, isDecisions ? "decisions.txt" : "problems.txt");
        string actual = isDecisions ? Decisions(folder) : Problems(folder);
        if (Environment.GetEnvironmentVariable("EXEAT_UPDATE_CASES") == "1") File.WriteAllText(expectedFile, actual);
        Assert.Equal(File.Exists(expectedFile) ? File.ReadAllText(expectedFile) : "", actual);
    }

    private static string Problems(string folder)
    {
        string packs = Path.Combine(folder, "packs");
        string policy = Path.Combine(folder, "policy");
        LoadResult result = Loading.Load(Directory.Exists(policy) ? policy : policy + ".yaml", packs: Directory.Exists(packs) ? packs : null);
        Assert.NotEmpty(result.Problems);
        Assert.Equal(result.Policy is null, result.Problems.Any(problem => problem.Severity == Severity.Error));
        return string.Concat(result.Problems.Select(problem => problem.ToString().Replace(folder + "/", "", StringComparison.Ordinal) + "\n"));
    }

    private static string Decisions(string folder)
    {
        LoadResult loaded = Loading.Load(Path.Combine(folder, "policy.yaml"));
        Assert.Empty(loaded.Problems.Where(problem => problem.Severity == Severity.Error));
        AgentsResult agents = AgentsLoader.Load(Path.Combine(folder, "agents.yaml"));
        Assert.Empty(agents.Problems.Where(problem => problem.Severity == Severity.Error));
        Assert.All(PolicyTests.Run(loaded.Policy!, agents.Agents!, Loading.Today), outcome => Assert.Null(outcome.Problem));
        CompiledPolicy compiled = CompiledPolicy.Compile(loaded.Policy!, agents.Agents!, Loading.Today);
        var lines = new StringBuilder();
        foreach (string line in File.ReadLines(Path.Combine(folder, "attempts.txt")).Where(line => line.Length > 0 && line[0] != '#'))
            lines.Append(line).Append(" -> ").Append(Decide(compiled, line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Append('\n');
        return lines.ToString();
    }

    private static string Decide(CompiledPolicy policy, string[] words)
    {
        string? Option(string key) => Array.IndexOf(words, key) is > 1 and int at ? words[at + 1] : null;

        Assert.True(DestinationText.TryParse(words[1], Option("at"), Option("sni"), out Destination? to, out DestinationProblem? problem), problem?.What);
        WalkStep outcome = PolicyWalk.Take(policy, policy.FindAgent(words[0]), to).Outcome;
        string would = outcome.Would is null ? "" : $" (would: {outcome.Would})";
        return $"{outcome.Decision.Verdict.ToString().ToLowerInvariant()} by {outcome.Rule}: {outcome.Decision.Reason.Text()} at {outcome.Stage}{would}";
    }
}
