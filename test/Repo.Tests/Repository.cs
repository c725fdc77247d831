using System.Collections.Immutable;

namespace Exeat.Repo.Tests;

/// <summary>The files of this repository as they lie on disk, found upward from the test program by the solution file.</summary>
/// <remarks>Paths are relative to the root, with forward slashes. What the build makes and what git ignores is left out.</remarks>
internal static class Repository
{
    private static readonly ImmutableHashSet<string> Ignored =
        ["artifacts", ".git", ".vs", ".idea", ".vscode", "bin", "obj", "node_modules", "BenchmarkDotNet.Artifacts"];

    /// <summary>Folders whose contents are material rather than code: the budgets leave them aside.</summary>
    private static readonly ImmutableHashSet<string> Material = ["goldens", "generated", "corpus", "corpora", "cases", "assets", "testassets"];

    public static string Root { get; } = FindRoot();

    public static ImmutableArray<string> Files { get; } = [.. Walk(Root).Order(StringComparer.Ordinal)];

    public static ImmutableArray<string> Sources { get; } = [.. Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal))];

    public static ImmutableArray<string> Documents { get; } = [.. Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal))];

    public static ImmutableArray<ProjectFile> Projects { get; } =
        [.. Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Select(ProjectFile.Read)];

    public static string Text(string file) => File.ReadAllText(FullPath(file));

    public static string[] Lines(string file) => File.ReadAllLines(FullPath(file));

    public static string FullPath(string file) => Path.Combine(Root, file);

    public static bool Exists(string path) => Path.Exists(FullPath(path));

    /// <summary>The folder of a file, without the closing slash; empty for the root.</summary>
    public static string FolderOf(string file) => file.Contains('/') ? file[..file.LastIndexOf('/')] : "";

    public static bool IsMaterial(string file) => FolderOf(file).Split('/').Any(part => Material.Contains(part.ToLowerInvariant()));

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Exeat.slnx"))) return folder;
        }
        throw new InvalidOperationException($"no Exeat.slnx above {AppContext.BaseDirectory}: run the tests from a build inside the repository");
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            string name = Path.GetFileName(file);
            // In a second working tree of git, .git is a file.
            if (Ignored.Contains(name) || name.EndsWith(".swp", StringComparison.Ordinal) || name.Contains(".received.", StringComparison.Ordinal)) continue;
            yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
        }
        foreach (string inner in Directory.EnumerateDirectories(folder))
        {
            if (Ignored.Contains(Path.GetFileName(inner))) continue;
            foreach (string file in Walk(inner)) yield return file;
        }
    }
}
