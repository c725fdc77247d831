using Exeat.Policy;

namespace Exeat.Repo.Tests;

/// <summary>Every whole document shown in the prose is one that the loaders take.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void Every_document_shown_in_the_prose_loads()
    {
        var findings = new Findings();
        int shown = 0;
        string folder = Directory.CreateTempSubdirectory("exeat-examples-").FullName;
        try
        {
            foreach (string file in Repository.Documents)
            {
                foreach ((int number, string text) in Markdown.Blocks(file, "yaml").Where(block => block.Text.Contains("apiVersion:", StringComparison.Ordinal)))
                {
                    string path = Path.Combine(folder, $"example-{shown++}.yaml");
                    File.WriteAllText(path, text);
                    foreach (Problem problem in Load(path, text).Where(problem => problem.Severity == Severity.Error))
                    {
                        findings.Add($"{file}:{number + problem.Line}", problem.What, problem.Remedy);
                    }
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        findings.AssertNone();
        Assert.True(shown > 0, "no document shows an example, or this test no longer finds it");
    }

    private static IEnumerable<Problem> Load(string path, string text)
    {
        if (text.Contains("kind: Agents", StringComparison.Ordinal)) return AgentsLoader.Load(path).Problems;
        if (text.Contains("kind: Gateway", StringComparison.Ordinal)) return GatewayDocumentLoader.Load(path).Problems;
        if (text.Contains("kind: Control", StringComparison.Ordinal)) return ControlDocumentLoader.Load(path).Problems;
        // A pack is no document by itself: its parameters come from the policy that includes it.
        return text.Contains("\nparameters:", StringComparison.Ordinal) ? [] : PolicyLoader.Load(path).Problems;
    }
}
