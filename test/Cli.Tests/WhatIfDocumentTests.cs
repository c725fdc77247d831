using System.Text.RegularExpressions;

namespace Exeat.Cli.Tests;

/// <summary>The examples of docs/what-if.md, executed as they stand there; EXEAT_UPDATE_GOLDENS=1 writes their output into the document.</summary>
public sealed partial class WhatIfDocumentTests(SampleJournal sample) : IClassFixture<SampleJournal>
{
    private static readonly string Document = Path.Combine(CommandLine.Root, "docs", "what-if.md");

    [Fact]
    public void Every_example_does_what_the_document_shows()
    {
        string folder = Directory.CreateTempSubdirectory("exeat-doc-").FullName, text = File.ReadAllText(Document);
        string[] files = [.. Yaml().Matches(text).Select(match => match.Groups[1].Value)];
        foreach ((string name, string content) in ((string[])["now.yaml", "next.yaml", "agents.yaml"]).Zip(files)) File.WriteAllText(Path.Combine(folder, name), content);
        Match[] examples = [.. Example().Matches(text).Cast<Match>()];
        Assert.Equal(["what-if", "diff", "report"], examples.Select(example => example.Groups["words"].Value.Split(' ')[1]));
        foreach (Match example in examples)
        {
            string[] words = [.. example.Groups["words"].Value.Split(' ').Select(word => word == "journal" ? sample.Folder : word.EndsWith(".yaml", StringComparison.Ordinal) ? Path.Combine(folder, word) : word)];
            Ran ran = CommandLine.Run(words);
            Assert.Equal(words[1] == "report" ? 0 : 1, ran.ExitCode);
            string shown = string.Join('\n', ran.Data.TrimEnd().Split('\n').Select(line => line.TrimEnd()));
            if (Environment.GetEnvironmentVariable("EXEAT_UPDATE_GOLDENS") == "1") text = text.Replace($"```text\n{example.Groups["shown"].Value}\n```", $"```text\n{shown}\n```", StringComparison.Ordinal);
            else Assert.Equal(example.Groups["shown"].Value, shown);
        }
        if (Environment.GetEnvironmentVariable("EXEAT_UPDATE_GOLDENS") == "1") File.WriteAllText(Document, text);
        Directory.Delete(folder, recursive: true);
    }

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Yaml();

    [GeneratedRegex("```sh\nexeat (?<words>[^\n]*)\n```\n\n```text\n(?<shown>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
