using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Exeat.Api.Control;

/// <summary>The files of one policy version as they go to a gateway: <c>policy/…</c> and <c>packs/…</c>. Its name is the hash of what it holds.</summary>
public sealed record BundleContent(ImmutableArray<BundleFile> Files)
{
    /// <summary>A policy may have 1000 files, and its packs as many.</summary>
    public const int MaxFiles = 2000;

    private const int MaxPath = 1100, MaxDepth = 18;

    /// <summary>SHA-256 over the sorted lines "path, zero byte, SHA-256 of the text, line feed".</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (BundleFile file in Files.OrderBy(file => file.Path, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\0{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.Text)))}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Why this cannot be written below a folder; null when it can. A path that leads anywhere else is no bundle, whoever sent it.</summary>
    public string? Problem()
    {
        if (Files.IsDefaultOrEmpty) return "it has no files";
        if (Files.Length > MaxFiles) return $"it has {Files.Length} files, {MaxFiles} are the most";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (BundleFile file in Files)
        {
            if (file?.Path is null || file.Text is null) return "a file lacks its path or its text";
            if (!IsPath(file.Path)) return "a path does not lie below policy or packs, or is no name of a document";
            if (!seen.Add(file.Path)) return "a path comes twice";
        }
        // A file where another needs a folder.
        return Files.Any(file => seen.Any(other => other.StartsWith(file.Path + "/", StringComparison.Ordinal))) ? "a path is a file and a folder" : null;
    }

    private static bool IsPath(string path)
    {
        string[] parts = path.Split('/');
        return path.Length <= MaxPath && parts.Length is > 1 and <= MaxDepth && (parts[0] is "policy" or "packs")
            && parts.All(part => part.Length > 0 && part[0] != '.' && !part.Any(c => c is '\\' or ':' || char.IsControl(c) || char.IsSurrogate(c)))
            && parts[^1] is var name && (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal));
    }
}
