namespace Exeat.Repo.Tests;

/// <summary>Budgets hold only where a check fails. Goldens, generated files, corpora, cases and assets stand aside.</summary>
public sealed class BudgetTests
{
    private const int MaxLinesPerFile = 400;
    private const int MaxLinesAtP90 = 200;
    private const int MaxFilesPerFolder = 25;

    [Fact]
    public void No_source_file_is_over_400_lines()
    {
        var findings = new Findings();
        foreach (string file in Repository.Sources.Where(file => !Repository.IsMaterial(file)))
        {
            int lines = Repository.Lines(file).Length;
            if (lines > MaxLinesPerFile) findings.Add(file, $"{lines} lines, {MaxLinesPerFile} allowed", "split it by job");
        }
        findings.AssertNone();
    }

    [Fact]
    public void Nine_of_ten_files_of_a_project_are_within_200_lines()
    {
        var findings = new Findings();
        foreach (ProjectFile project in Repository.Projects.Where(project => project.IsSource))
        {
            int[] lengths =
            [
                .. Repository.Sources
                    .Where(file => file.StartsWith(project.Folder + "/", StringComparison.Ordinal) && !Repository.IsMaterial(file))
                    .Select(file => Repository.Lines(file).Length)
                    .Order(),
            ];
            if (lengths.Length == 0) continue;
            int p90 = lengths[(int)(0.9 * (lengths.Length - 1))];
            if (p90 > MaxLinesAtP90) findings.Add(project.Folder, $"p90 is {p90} lines, {MaxLinesAtP90} allowed", "split the longest files by job");
        }
        findings.AssertNone();
    }

    [Fact]
    public void No_folder_holds_more_than_25_files()
    {
        var findings = new Findings();
        foreach (IGrouping<string, string> folder in Repository.Files.Where(file => !Repository.IsMaterial(file)).GroupBy(Repository.FolderOf))
        {
            int count = folder.Count();
            if (count > MaxFilesPerFolder) findings.Add(folder.Key, $"{count} files, {MaxFilesPerFolder} allowed", "make folders by job");
        }
        findings.AssertNone();
    }
}
