using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Reads included packs: a folder <c>NAME</c> in the packs directory, with Policy documents, <c>parameters</c> and <c>${parameter}</c> in their values.</summary>
internal sealed class PackReader(PolicyReader reader, LoadOptions options, ProblemList problems)
{
    /// <summary>Packs on packs: a provider's list in a base in a company's base is three.</summary>
    public const int MaxDepth = 8;

    private readonly List<DocumentFile> _files = [];
    private readonly List<IncludedPack> _packs = [];
    private readonly Dictionary<string, SourceLocation> _included = new(StringComparer.Ordinal);
    private readonly Stack<string> _open = new();

    /// <summary>The files of all packs read, named <c>packs/NAME/PATH</c>.</summary>
    public IReadOnlyList<DocumentFile> Files => _files;

    /// <summary>Whether something of a pack could not be read: what it would have declared is then unknown.</summary>
    public bool AreWhole { get; private set; } = true;

    /// <summary>All packs read.</summary>
    public ImmutableArray<IncludedPack> Packs => [.. _packs];

    /// <summary>Reads the packs that a document includes.</summary>
    public void Include(MapReader document)
    {
        foreach (YamlNode node in document.List("include"))
        {
            if (MapReader.Open(node, Shapes.Include, problems) is not { } map || map.Value("pack")?.PackName("pack", problems) is not { } pack) continue;
            var wanted = new IncludedPack
            {
                Name = pack,
                Sha256 = "",
                PinnedVersion = map.Value("version")?.PackVersion("version", problems),
                PinnedSha256 = map.Value("sha256")?.Sha256("sha256", problems),
                Where = node.Where,
            };
            ReadPack(wanted, map.Named("with").ToImmutableDictionary(entry => entry.Name, entry => entry.Value));
        }
    }

    private void ReadPack(IncludedPack wanted, ImmutableDictionary<string, YamlNode> with)
    {
        int before = problems.Errors;
        TryReadPack(wanted, with);
        AreWhole &= problems.Errors == before;
    }

    private void TryReadPack(IncludedPack wanted, ImmutableDictionary<string, YamlNode> with)
    {
        (string pack, SourceLocation where) = (wanted.Name, wanted.Where);
        if (options.PacksDirectory is not { } directory)
        {
            problems.Error(where, "no packs directory is known", "give --packs DIR, or packs: DIR in the Gateway document; this program came without packs");
            return;
        }
        if (_open.Contains(pack)) problems.Error(where, $"the pack {pack} includes itself ({string.Join(" → ", _open.Reverse())} → {pack})", "take one include out");
        else if (_included.TryGetValue(pack, out SourceLocation first)) problems.Error(where, $"the pack {pack} is included at {first} already", "include it once");
        else if (_open.Count >= MaxDepth) problems.Error(where, $"packs include packs more than {MaxDepth} deep", "flatten them");
        else if (!Directory.Exists(PackFolder.FolderOf(directory, pack))) problems.Error(where, $"there is no pack {pack} in {directory}", Nearest.Remedy(pack, [.. PackFolder.NamesIn(directory)]));
        else
        {
            _included.Add(pack, where);
            _open.Push(pack);
            ReadFolder(directory, wanted, with);
            _open.Pop();
        }
    }

    private void ReadFolder(string packs, IncludedPack wanted, ImmutableDictionary<string, YamlNode> with)
    {
        string pack = wanted.Name;
        PackFolder folder = PackFolder.Load(packs, pack, problems);
        _files.AddRange(PackFolder.Named(pack, folder.Files));
        int own = _files.Count;
        PackParameters parameters = PackParameters.Of(pack, folder.Documents, with, wanted.Where, problems);
        foreach (MapReader document in folder.Documents)
        {
            RefuseChosenPacks(document);
            if (MapReader.Open(parameters.Fill(document.Map), Shapes.Policy, problems) is not { } filled) continue;
            reader.Read(filled, isPack: true);
            Include(filled);
        }
        IncludedPack read = wanted with { Version = folder.Declaration?.Version, Sha256 = PackFolder.Sha256(folder.Files, _files.Skip(own)) };
        _packs.Add(read);
        CheckPins(read);
    }

    // Which packs come in is what a pin holds; a parameter must not choose them.
    private void RefuseChosenPacks(MapReader document)
    {
        foreach (YamlNode item in document.Map.Find("include") is { IsList: true } list ? list.Items : [])
        {
            if (item.Text is not null || item.Find("pack")?.Text?.Contains("${", StringComparison.Ordinal) == true)
                problems.Error(item.Where, "a parameter chooses a pack", "write {pack: NAME}");
        }
    }

    private void CheckPins(IncludedPack pack)
    {
        if (options.TakesOnlyPinnedPacks && pack.PinnedSha256 is null && _open.Count == 1)
            problems.Error(pack.Where, $"the pack {pack.Name} comes with the program and is not pinned: an upgrade could change it unseen", $"write sha256: {pack.Sha256} beside pack, or name the folder with --packs, or packs: in the Gateway document");
        const string Remedy = "see what changed with exeat pack update, and pin what you accept";
        if (pack.IsAsPinned) return;
        if (pack.PinnedVersion is { } version && version != pack.Version)
            problems.Error(pack.Where, $"the pack {pack.Name} is pinned to version {version} and {(pack.Version is null ? "states none" : $"is {pack.Version}")}", Remedy);
        if (pack.PinnedSha256 is { } sha && sha != pack.Sha256)
            problems.Error(pack.Where, $"the pack {pack.Name} is pinned to sha256 {sha} and is {pack.Sha256}", Remedy);
    }
}
