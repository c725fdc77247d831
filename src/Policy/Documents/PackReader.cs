using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Reads included packs: a folder <c>NAME</c> in the packs directory, with Policy documents, <c>parameters</c> and <c>${parameter}</c> in their values.</summary>
internal sealed class PackReader(PolicyReader reader, string? directory, ProblemList problems)
{
    /// <summary>Packs on packs: a provider's list in a base in a company's base is three.</summary>
    public const int MaxDepth = 8;

    private readonly List<DocumentFile> _files = [];
    private readonly Dictionary<string, SourceLocation> _included = new(StringComparer.Ordinal);
    private readonly Stack<string> _open = new();

    /// <summary>The files of all packs read, named <c>packs/NAME/PATH</c>.</summary>
    public IReadOnlyList<DocumentFile> Files => _files;

    /// <summary>Reads the packs that a document includes.</summary>
    public void Include(MapReader document)
    {
        foreach (YamlNode node in document.List("include"))
        {
            if (MapReader.Open(node, Shapes.Include, problems) is not { } map || map.Identifier("pack") is not { } pack) continue;
            ImmutableDictionary<string, YamlNode> with = map.Named("with").ToImmutableDictionary(entry => entry.Name, entry => entry.Value);
            ReadPack(pack, with, node.Where);
        }
    }

    private void ReadPack(string pack, ImmutableDictionary<string, YamlNode> with, SourceLocation where)
    {
        if (directory is null)
        {
            problems.Error(where, "no packs directory is known", "give --packs DIR, or packs: DIR in the Gateway document");
            return;
        }
        string folder = Path.Combine(directory, pack);
        if (_open.Contains(pack)) problems.Error(where, $"the pack {pack} includes itself ({string.Join(" → ", _open.Reverse())} → {pack})", "take one include out");
        else if (_included.TryGetValue(pack, out SourceLocation first)) problems.Error(where, $"the pack {pack} is included at {first} already", "include it once");
        else if (_open.Count >= MaxDepth) problems.Error(where, $"packs include packs more than {MaxDepth} deep", "flatten them");
        else if (!Directory.Exists(folder)) problems.Error(where, $"there is no pack {pack} in {directory}", Nearest.Remedy(pack, PacksIn(directory)));
        else
        {
            _included.Add(pack, where);
            _open.Push(pack);
            ReadFolder(pack, folder, with, where);
            _open.Pop();
        }
    }

    private void ReadFolder(string pack, string folder, ImmutableDictionary<string, YamlNode> with, SourceLocation where)
    {
        DocumentSet set = DocumentSet.Load(folder, DocumentKind.Policy, problems);
        _files.AddRange(set.Files.Select(file => file with { Name = $"packs/{pack}/{file.Name}" }));
        PackParameters parameters = PackParameters.Of(pack, set.Documents, with, where, problems);
        foreach (MapReader document in set.Documents)
        {
            if (MapReader.Open(parameters.Fill(document.Map), Shapes.Policy, problems) is not { } filled) continue;
            reader.Read(filled, isPack: true);
            Include(filled);
        }
    }

    private static string[] PacksIn(string directory) =>
        Directory.Exists(directory) ? [.. Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.'))] : [];
}
