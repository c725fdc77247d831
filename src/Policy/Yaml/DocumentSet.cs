using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>The documents of one kind below a path. Others of our kinds are passed over: one folder may hold a policy, its agents and its gateway.</summary>
internal sealed class DocumentSet
{
    /// <summary>The one version of all kinds so far.</summary>
    public const string ApiVersion = "exeat/v1";

    private DocumentSet(ImmutableArray<MapReader> documents, ImmutableArray<DocumentFile> files) => (Documents, Files) = (documents, files);

    /// <summary>The documents in the order of files, opened with the shape of their kind.</summary>
    public ImmutableArray<MapReader> Documents { get; }

    /// <summary>The files that hold at least one of them.</summary>
    public ImmutableArray<DocumentFile> Files { get; }

    public static DocumentSet Load(string path, DocumentKind kind, ProblemList problems)
    {
        var documents = ImmutableArray.CreateBuilder<MapReader>();
        var files = ImmutableArray.CreateBuilder<DocumentFile>();
        bool isFolder = Directory.Exists(path);
        ImmutableArray<DocumentFile> read = DocumentFiles.Read(path, problems);
        foreach (DocumentFile file in read)
        {
            int before = documents.Count;
            foreach (YamlNode root in YamlReader.Read(file.Shown, file.Text ?? "", problems))
            {
                if (KindOf(root, problems) is not { } found) continue;
                if (found == kind)
                {
                    if (MapReader.Open(root, Shapes.Of(kind), problems) is { } reader) documents.Add(reader);
                }
                else if (!isFolder)
                {
                    problems.Error(root.Where, $"this is a document of kind {found}", $"name a document of kind {kind} here");
                }
            }
            if (documents.Count > before) files.Add(file);
        }
        if (documents.Count == 0 && !problems.HasErrors)
            problems.Error(new SourceLocation(path, 0, 0), $"there is no document of kind {kind}", $"begin one with apiVersion: {ApiVersion} and kind: {kind}");
        return new DocumentSet(documents.ToImmutable(), files.ToImmutable());
    }

    private static DocumentKind? KindOf(YamlNode root, ProblemList problems)
    {
        if (!root.IsMap)
        {
            problems.Error(root.Where, $"a document is a mapping, this is {root.Kind}", $"begin with apiVersion: {ApiVersion} and kind: Policy");
            return null;
        }
        if (root.Find("apiVersion") is not { Text: { } version } versionNode)
        {
            problems.Error(root.Where, "apiVersion is missing", $"write apiVersion: {ApiVersion}");
            return null;
        }
        if (version != ApiVersion)
        {
            problems.Error(versionNode.Where, $"apiVersion {Excerpt.Of(version)} is not known to this release", NeededRelease(version));
            return null;
        }
        string[] kinds = Enum.GetNames<DocumentKind>();
        if (root.Find("kind") is not { Text: { } kind } kindNode)
        {
            problems.Error(root.Where, "kind is missing", $"write kind: {string.Join(" or kind: ", kinds)}");
            return null;
        }
        if (Array.IndexOf(kinds, kind) is >= 0 and int index) return (DocumentKind)index;
        problems.Error(kindNode.Where, $"there is no kind {Excerpt.Of(kind)}", Nearest.Remedy(kind, kinds));
        return null;
    }

    private static string NeededRelease(string version) =>
        version.StartsWith("exeat/v", StringComparison.Ordinal) && uint.TryParse(version["exeat/v".Length..], out uint major) && major > 1
            ? $"it needs Exeat {major}.0 or later; write {ApiVersion} for this one"
            : $"write {ApiVersion}";
}
