using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Lists the packs of a directory with what a pin of each would state. Nothing is included, and no parameter is needed.</summary>
public static class PackCatalog
{
    /// <summary>The folders, one and two deep, that state <c>pack</c>; sorted by name. What is wrong with them is among the problems.</summary>
    public static PackCatalogResult Read(string directory)
    {
        var problems = new ProblemList();
        var packs = ImmutableArray.CreateBuilder<PackSummary>();
        if (!Directory.Exists(directory)) problems.Error(new SourceLocation(directory, 0, 0), "there is no such folder", "check the path");
        try
        {
            foreach (string name in PackFolder.NamesIn(directory))
            {
                // A folder of another use (a policy, its agents, examples) is not asked what is wrong with it.
                if (!States(directory, name)) continue;
                if (Summary(directory, name, problems) is { } summary) packs.Add(summary);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Error(new SourceLocation(directory, 0, 0), $"it cannot be read: {e.Message.TrimEnd('.')}", "check the path and its permissions");
        }
        return new PackCatalogResult(packs.ToImmutable(), problems.ToImmutable());
    }

    private static bool States(string directory, string name) => PackFolder.Load(directory, name, new ProblemList()).Declaration is not null;

    private static PackSummary? Summary(string directory, string name, ProblemList problems)
    {
        PackFolder folder = PackFolder.Load(directory, name, problems);
        if (folder.Declaration is not { Version: { } version, Why: { } why }) return null;
        var included = new List<DocumentFile>();
        var names = new List<string>();
        Collect(directory, folder, [name], names, included, problems);
        return new PackSummary
        {
            Name = name,
            Version = version,
            Why = why,
            Sha256 = PackFolder.Sha256(folder.Files, included),
            Parameters = [.. folder.Documents.SelectMany(document => document.Named("parameters")).Select(entry => Parameter(entry.Name, entry.Value, problems))],
            Includes = [.. names],
        };
    }

    private static void Collect(string directory, PackFolder folder, ImmutableArray<string> open, List<string> names, List<DocumentFile> files, ProblemList problems)
    {
        foreach (YamlNode item in folder.Documents.SelectMany(document => document.List("include")))
        {
            if (item.Find("pack")?.PackName("pack", problems) is not { } pack || names.Contains(pack)) continue;
            if (open.Contains(pack) || open.Length > PackReader.MaxDepth || !Directory.Exists(PackFolder.FolderOf(directory, pack)))
            {
                problems.Error(item.Where, $"the pack {pack} is not there, or includes itself", Nearest.Remedy(pack, [.. PackFolder.NamesIn(directory)]));
                continue;
            }
            PackFolder deeper = PackFolder.Load(directory, pack, problems);
            names.Add(pack);
            files.AddRange(PackFolder.Named(pack, deeper.Files));
            Collect(directory, deeper, open.Add(pack), names, files, problems);
        }
    }

    private static PackParameter Parameter(string name, YamlNode value, ProblemList problems)
    {
        MapReader? map = value.IsNull ? null : MapReader.Open(value, Shapes.Parameter, problems);
        return new PackParameter(name, map?.FreeText("why"), map?.Value("default") is { } standard ? Print(standard) : null);
    }

    // On one line. Text is quoted whenever it is more than a plain word, so that it reads back as it is.
    private static string Print(YamlNode node) =>
        node.IsList ? $"[{string.Join(", ", node.Items.Select(Print))}]"
        : node.IsMap ? $"{{{string.Join(", ", node.Entries.Select(entry => $"{Print(entry.Key)}: {Print(entry.Value)}"))}}}"
        : node.Text!.Length > 0 && node.Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/') && node.Text[0] is not ('-' or '.') ? node.Text
        : $"'{node.Text.Replace("'", "''", StringComparison.Ordinal)}'";
}
