using System.Collections.Frozen;

namespace Exeat.Repo.Tests;

/// <summary>The folders are the architecture: docs/architecture.md draws these arrows.</summary>
public sealed class LayoutTests
{
    private static readonly FrozenDictionary<string, string[]> Arrows = new Dictionary<string, string[]>
    {
        ["Names"] = [],
        ["Linux"] = [],
        ["Policy"] = ["Names"],
        ["Wire"] = ["Names"],
        ["Flows"] = ["Policy"],
        ["Api"] = ["Policy", "Flows"],
        ["Store"] = ["Policy", "Flows"],
        ["Lab"] = ["Wire", "Linux"],
        ["Run"] = ["Policy", "Linux", "Flows", "Api"],
        ["Gateway"] = ["Policy", "Wire", "Linux", "Flows", "Api"],
        ["Link"] = ["Policy", "Flows", "Api"],
        ["Control"] = ["Policy", "Flows", "Api", "Store"],
        ["Cli"] = ["Policy", "Flows", "Api", "Lab", "Linux", "Wire", "Run"],
    }.ToFrozenDictionary();

    [Fact]
    public void References_follow_the_arrows()
    {
        var findings = new Findings();
        foreach (ProjectFile project in Repository.Projects.Where(project => project.IsSource))
        {
            if (!Arrows.TryGetValue(project.ShortName, out string[]? allowed))
            {
                findings.Add(project.File, "this project has no arrows", "add it to the table in LayoutTests and to docs/architecture.md");
                continue;
            }
            foreach (string reference in project.References)
            {
                string target = Path.GetFileName(Repository.FolderOf(reference));
                bool inSource = reference.StartsWith("src/", StringComparison.Ordinal);
                if (inSource && allowed.Contains(target)) continue;
                findings.Add(project.File, $"references {reference}", $"it may know only: {(allowed.Length == 0 ? "nothing of ours" : string.Join(", ", allowed))}");
            }
        }
        findings.AssertNone();
    }

    [Fact]
    public void Every_project_drawn_exists()
    {
        var findings = new Findings();
        foreach (string name in Arrows.Keys)
        {
            if (!Repository.Exists($"src/{name}/Exeat.{name}.csproj"))
            {
                findings.Add($"src/{name}", "drawn, but not there", "remove it from the table in LayoutTests or restore it");
            }
        }
        findings.AssertNone();
    }

    [Fact]
    public void Nothing_references_a_program_but_its_own_tests_and_the_fuzz_program()
    {
        var findings = new Findings();
        foreach (ProjectFile project in Repository.Projects)
        {
            foreach (string reference in project.References)
            {
                ProjectFile? target = Repository.Projects.FirstOrDefault(candidate => candidate.File == reference);
                if (target is null)
                {
                    findings.Add(project.File, $"references {reference}, which is not there", "mend the path");
                }
                else if (target.IsProgram && project.Folder != $"test/{target.ShortName}.Tests" && project.Folder != "fuzz")
                {
                    findings.Add(project.File, $"references the program {reference}", "start it as a process, or move what is needed into a library");
                }
            }
        }
        findings.AssertNone();
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var findings = new Findings();
        string solution = Repository.Text("Exeat.slnx");
        foreach (ProjectFile project in Repository.Projects)
        {
            if (!solution.Contains($"\"{project.File}\"", StringComparison.Ordinal))
            {
                findings.Add("Exeat.slnx", $"{project.File} is missing", "add it, or ./dev builds and tests without it");
            }
        }
        findings.AssertNone();
    }

    [Fact]
    public void The_product_is_named_in_one_constant()
    {
        const string place = "src/Api/Product.cs";
        var findings = new Findings();
        string quoted = $"\"{"Exeat"}\"";
        if (!Repository.Exists(place) || !Repository.Text(place).Contains(quoted, StringComparison.Ordinal))
        {
            findings.Add(place, "does not hold the product's name", "keep it there");
        }
        foreach (string file in Repository.Sources.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file != place))
        {
            if (Repository.Text(file).Contains(quoted, StringComparison.Ordinal))
            {
                findings.Add(file, "spells the product's name", $"use the constant of {place}");
            }
        }
        findings.AssertNone();
    }
}
