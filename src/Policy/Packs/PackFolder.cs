using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>A pack as it lies in the packs directory: its documents, and what it says of itself.</summary>
internal sealed class PackFolder
{
    private PackFolder(ImmutableArray<MapReader> documents, ImmutableArray<DocumentFile> files) => (Documents, Files) = (documents, files);

    public ImmutableArray<MapReader> Documents { get; }

    /// <summary>Its files, named relative to it.</summary>
    public ImmutableArray<DocumentFile> Files { get; }

    /// <summary>Null when no document states <c>pack</c>.</summary>
    public (string? Version, string? Why)? Declaration { get; private init; }

    public static PackFolder Load(string directory, string pack, ProblemList problems)
    {
        DocumentSet set = DocumentSet.Load(FolderOf(directory, pack), DocumentKind.Policy, problems);
        (string?, string?)? declaration = null;
        foreach (MapReader document in set.Documents.Where(document => document.Has("pack")))
        {
            SourceLocation where = document.WhereOf("pack");
            if (declaration is not null) problems.Error(where, $"the pack {pack} states pack twice", "state it once; a folder of packs is included pack by pack, as classes/coding");
            if (document.Open("pack", Shapes.Pack) is { } map) declaration = (map.Value("version")?.PackVersion("version", problems), map.FreeText("why"));
        }
        return new PackFolder(set.Documents, set.Files) { Declaration = declaration };
    }

    public static string FolderOf(string directory, string pack) => Path.Combine([directory, .. pack.Split('/')]);

    /// <summary>How a pack's file is named in the version of a policy, and of a pack that includes it.</summary>
    public static IEnumerable<DocumentFile> Named(string pack, IEnumerable<DocumentFile> files) => files.Select(file => file with { Name = $"packs/{pack}/{file.Name}" });

    /// <summary>A pack's SHA-256, in the form of a policy's version: over its own files and those of the packs it includes, so that a pin holds all that comes in with it.</summary>
    public static string Sha256(IEnumerable<DocumentFile> own, IEnumerable<DocumentFile> ofIncluded) => DocumentFiles.Version([.. own, .. ofIncluded]);

    /// <summary>The names of folders that may be packs, one and two deep.</summary>
    public static IEnumerable<string> NamesIn(string directory)
    {
        static IEnumerable<string> Folders(string path) => Directory.Exists(path)
            ? Directory.EnumerateDirectories(path).Select(folder => Path.GetFileName(folder)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)
            : [];
        static bool HasDocuments(string path) => Directory.EnumerateFiles(path).Any(file => Path.GetExtension(file) is ".yaml" or ".yml");

        return Folders(directory).SelectMany(name => Folders(Path.Combine(directory, name)).Select(deeper => $"{name}/{deeper}").Prepend(name))
            .Where(name => HasDocuments(FolderOf(directory, name)));
    }
}
