using System.Text.RegularExpressions;

namespace Exeat.Policy.Tests.Documents;

/// <summary>Every YAML example of the language's documentation loads, agrees with the schema, and its tests hold.</summary>
public partial class LanguageDocumentTests
{
    private static readonly string[] Blocks = [.. Block().Matches(File.ReadAllText(Repository.Path("docs", "policy-language.md"))).Select(match => match.Groups[1].Value)];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Blocks.Length)];

    [Fact]
    public void The_documentation_shows_all_kinds() =>
        Assert.Equal(Enum.GetNames<DocumentKind>().Order(), Blocks.Select(block => Kind().Match(block).Groups[1].Value).Distinct().Order());

    [Theory]
    [MemberData(nameof(Numbers))]
    public void An_example_loads_and_its_tests_hold(int number)
    {
        string text = Blocks[number];
        using var folder = new TempFolder();
        bool isPack = text.Contains("\nparameters:", StringComparison.Ordinal);
        string path = folder.Write(isPack ? "packs/shown/policy.yaml" : "example.yaml", text);
        YamlNode root = Assert.Single(YamlReader.Read(path, text, new ProblemList()));
        Assert.Equal([], new MiniSchema(Enum.Parse<DocumentKind>(root.Find("kind")!.Text!)).Validate(root));
        switch (root.Find("kind")!.Text)
        {
            case "Agents":
                AgentsLoader.LoadAttached(path).Problems.NoProblems();
                break;
            case "Control":
                ControlDocumentLoader.Load(path).Problems.NoProblems();
                break;
            case "Gateway":
                GatewayDocumentLoader.Load(path).Problems.NoProblems();
                break;
            default:
                LoadResult result = isPack
                    ? Loading.Load(folder.Write("policy.yaml", "apiVersion: exeat/v1\nkind: Policy\nmode: monitor\nmonitorUntil: 2031-01-31\ninclude: [{pack: shown}]\n"), packs: folder.Path + "/packs")
                    : Loading.Load(path);
                Assert.Equal([], result.Problems.Where(problem => !problem.What.StartsWith("no rule uses", StringComparison.Ordinal)).Select(problem => problem.ToString()));
                AgentsDocument agents = Loading.Agents("- {id: coding-1, class: coding}\n").Agents!;
                Assert.Equal([], PolicyTests.Run(result.Policy!, agents, Loading.Today).Select(outcome => outcome.Problem?.ToString()).OfType<string>());
                break;
        }
    }

    [GeneratedRegex("^```yaml\\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^kind: (\w+)", RegexOptions.Multiline)]
    private static partial Regex Kind();
}
