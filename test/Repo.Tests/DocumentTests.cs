using System.Text.RegularExpressions;
using Exeat.Policy;

namespace Exeat.Repo.Tests;

/// <summary>Prose that nothing checks is wrong within a year.</summary>
public sealed partial class DocumentTests
{
    private const int MaxReadmeLines = 20;
    private const int MaxRecordLines = 30;

    [Fact]
    public void Every_source_project_has_a_short_readme()
    {
        var findings = new Findings();
        foreach (ProjectFile project in Repository.Projects.Where(project => project.IsSource))
        {
            string file = $"{project.Folder}/README.md";
            if (!Repository.Exists(file))
            {
                findings.Add(file, "missing", "say its purpose in one sentence, what may not be in it, and its main types");
            }
            else if (Repository.Lines(file).Length > MaxReadmeLines)
            {
                findings.Add(file, $"{Repository.Lines(file).Length} lines, {MaxReadmeLines} allowed", "shorten it");
            }
        }
        findings.AssertNone();
    }

    [Fact]
    public void Every_path_named_in_a_document_exists()
    {
        var findings = new Findings();
        foreach (string file in Repository.Documents)
        {
            foreach ((int number, string line) in Markdown.Prose(file))
            {
                foreach (string path in Markdown.Code(line).Where(code => RepositoryPath().IsMatch(code)))
                {
                    if (!Repository.Exists(path.TrimEnd('/'))) findings.Add($"{file}:{number}", $"`{path}` is not there", "mend or remove it");
                }
                if (!file.StartsWith("src/", StringComparison.Ordinal)) continue;
                foreach (string folder in Markdown.Code(line).Where(code => FolderOfProject().IsMatch(code) && !RepositoryPath().IsMatch(code)))
                {
                    if (!Repository.Exists($"{Repository.FolderOf(file)}/{folder}")) findings.Add($"{file}:{number}", $"`{folder}` is not there", "mend or remove it");
                }
            }
        }
        findings.AssertNone();
    }

    [Fact]
    public void Every_test_named_in_a_document_exists()
    {
        var findings = new Findings();
        string tests = string.Concat(Repository.Sources.Where(file => file.StartsWith("test/", StringComparison.Ordinal)).Select(Repository.Text));
        foreach (string file in Repository.Documents)
        {
            foreach ((int number, string line) in Markdown.Prose(file))
            {
                foreach (string test in Markdown.Code(line).Where(code => TestSentence().IsMatch(code)))
                {
                    if (!tests.Contains($" {test}(", StringComparison.Ordinal)) findings.Add($"{file}:{number}", $"there is no test `{test}`", "name one that exists");
                }
            }
        }
        findings.AssertNone();
    }

    [Fact]
    public void Every_type_named_in_the_readme_of_a_project_exists()
    {
        var findings = new Findings();
        string sources = string.Concat(Repository.Sources.Where(file => file.StartsWith("src/", StringComparison.Ordinal)).Select(Repository.Text));
        foreach (string file in Repository.Documents.Where(file => file.StartsWith("src/", StringComparison.Ordinal)))
        {
            foreach ((int number, string line) in Markdown.Prose(file))
            {
                foreach (string type in Markdown.Code(line).Where(code => TypeName().IsMatch(code)))
                {
                    // A folder of the project may be named like a type.
                    bool isFolder = Repository.Exists($"{Repository.FolderOf(file)}/{type}");
                    if (!isFolder && !Regex.IsMatch(sources, $@"\b{type}\b")) findings.Add($"{file}:{number}", $"`{type}` is not in the sources", "mend or remove it");
                }
            }
        }
        findings.AssertNone();
    }

    [Fact]
    public void Every_link_leads_somewhere()
    {
        var findings = new Findings();
        foreach (string file in Repository.Documents)
        {
            foreach ((int number, string line) in Markdown.Prose(file))
            {
                foreach (string link in Markdown.Links(line))
                {
                    if (link.Contains("://", StringComparison.Ordinal) || link.StartsWith("mailto:", StringComparison.Ordinal)) continue;
                    string[] parts = link.Split('#', 2);
                    string target = parts[0].Length == 0
                        ? file
                        : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.FullPath(Repository.FolderOf(file)), parts[0])));
                    if (!Repository.Exists(target)) findings.Add($"{file}:{number}", $"the link {link} leads nowhere", "mend or remove it");
                    else if (parts.Length == 2 && !Markdown.Anchors(target).Contains(parts[1])) findings.Add($"{file}:{number}", $"{target} has no heading for #{parts[1]}", "mend it");
                }
            }
        }
        findings.AssertNone();
    }

    [Fact]
    public void Every_reason_is_documented()
    {
        const string place = "docs/reasons.md";
        var findings = new Findings();
        string text = Repository.Exists(place) ? Repository.Text(place) : "";
        foreach (Reason reason in Enum.GetValues<Reason>())
        {
            if (!text.Contains($"`{reason.Text()}`", StringComparison.Ordinal)) findings.Add(place, $"`{reason.Text()}` is missing", "say what it means and what to do");
        }
        findings.AssertNone();
    }

    [Fact]
    public void Decision_records_are_numbered_dated_and_short()
    {
        var findings = new Findings();
        string[] records = [.. Repository.Documents.Where(file => file.StartsWith("docs/decisions/", StringComparison.Ordinal)).OrderBy(Path.GetFileName, StringComparer.Ordinal)];
        Assert.NotEmpty(records);
        for (int i = 0; i < records.Length; i++)
        {
            string file = records[i];
            if (!Path.GetFileName(file).StartsWith($"{i + 1:0000}-", StringComparison.Ordinal)) findings.Add(file, $"number {i + 1:0000} expected", "number records without gaps");
            if (Repository.Lines(file).Length > MaxRecordLines) findings.Add(file, $"over {MaxRecordLines} lines", "shorten it");
            string text = Repository.Text(file);
            foreach (string part in new[] { "Date: 20", "## Context", "## Decision", "## Consequence" })
            {
                if (!text.Contains(part, StringComparison.Ordinal)) findings.Add(file, $"no '{part}'", "add it");
            }
        }
        findings.AssertNone();
    }

    [GeneratedRegex(@"^(\./)?(src|test|docs|eng|bench|fuzz|policies|deploy|\.ci)(/[\w.\-]+)*/?$|^(README|AGENTS|CHANGELOG|CONTRIBUTING|SECURITY)\.md$|^Directory\.[\w.]+$")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"^[A-Z]\w*(/\w+)*/$")]
    private static partial Regex FolderOfProject();

    [GeneratedRegex(@"^[A-Z][a-z0-9]*(_[A-Za-z0-9]+){2,}$")]
    private static partial Regex TestSentence();

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*$")]
    private static partial Regex TypeName();
}
