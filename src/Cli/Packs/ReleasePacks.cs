using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>The packs that came with this release: the folder <c>packs</c> beside the program.</summary>
internal static class ReleasePacks
{
    public static string Folder { get; } = ShippedPacks.Directory ?? Path.Combine(AppContext.BaseDirectory, "packs");

    /// <summary>All of them, by name; ends the command when they are not whole.</summary>
    public static ImmutableArray<PackSummary> All()
    {
        PackCatalogResult read = PackCatalog.Read(Folder);
        if (read.Problems.FirstOrDefault(problem => problem.Severity == Severity.Error) is { } problem)
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"the packs of this release cannot be read: {ProblemReport.Line(problem)}; install the published folder whole");
        if (read.Packs.IsEmpty) throw new CommandFailure(ExitCode.EnvironmentLacks, $"there are no packs in {Folder}; install the published folder whole");
        return read.Packs;
    }

    /// <summary>What stands behind the slash of the packs below a folder: <c>classes</c> gives coding, research and so on.</summary>
    public static ImmutableArray<string> Below(this IEnumerable<PackSummary> packs, string folder) =>
        [.. packs.Select(pack => pack.Name).Where(name => name.StartsWith(folder + "/", StringComparison.Ordinal)).Select(name => name[(folder.Length + 1)..])];

    /// <summary>The files of a pack in a folder of packs: their paths below it, and their texts.</summary>
    public static ImmutableSortedDictionary<string, string> Files(string packs, string pack)
    {
        string folder = Path.Combine([packs, .. pack.Split('/')]);
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (!Directory.Exists(folder)) return files.ToImmutable();
        foreach (string file in DocumentPaths.Files(folder)) files.Add($"{pack}/{Path.GetRelativePath(folder, file).Replace('\\', '/')}", File.ReadAllText(file));
        return files.ToImmutable();
    }
}
