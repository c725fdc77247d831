using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Control.Policies;

/// <summary>Files of people in a folder of their own for as long as they are read: the loader is the gateway's, and it reads folders. Paths were checked before.</summary>
internal sealed class ContentFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("exeat-control-").FullName;

    /// <summary>Writes files below a part of the folder, and returns its path.</summary>
    public string Write(string part, IEnumerable<KeyValuePair<string, string>> files)
    {
        string folder = Path.Combine(_root, part);
        Directory.CreateDirectory(folder);
        foreach ((string path, string text) in files)
        {
            string full = Path.GetFullPath(Path.Combine(folder, path));
            if (!full.StartsWith(folder + "/", StringComparison.Ordinal)) throw new InvalidOperationException($"policy files: {path} leads out of its folder, and was let through");
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using FileStream file = File.Open(full, FileMode.CreateNew, FileAccess.Write);
            file.Write(ContentPaths.Bytes(text));
        }
        return folder;
    }

    /// <summary>The problems with paths as the person named them.</summary>
    public ImmutableArray<Problem> Named(IEnumerable<Problem> problems) =>
        [.. problems.Select(problem => problem with { File = Named(problem.File), What = Named(problem.What), Remedy = Named(problem.Remedy) })];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Named(string text) =>
        text.Replace(_root + "/policy/", "", StringComparison.Ordinal).Replace(_root + "/policy", "the policy", StringComparison.Ordinal).Replace(_root + "/", "", StringComparison.Ordinal);
}
