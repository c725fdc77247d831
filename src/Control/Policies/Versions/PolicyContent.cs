using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Exeat.Control.Policies;

/// <summary>A policy's files, whole and immutable: what a version is the hash of, and what gateways get.</summary>
/// <param name="Files">Texts by name as the version counts them: the policy's own by path, those of packs as <c>packs/NAME/PATH</c>.</param>
internal sealed record PolicyContent(ImmutableSortedDictionary<string, string> Files)
{
    /// <summary>Where packs are, among the names.</summary>
    public const string PacksPrefix = "packs/";

    /// <summary>Names sort by their bytes, not by anybody's language.</summary>
    public static ImmutableSortedDictionary<string, string> NoFiles { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The policy's own files.</summary>
    public IEnumerable<KeyValuePair<string, string>> Own => Files.Where(file => !file.Key.StartsWith(PacksPrefix, StringComparison.Ordinal));

    /// <summary>The files of packs, by path below the packs folder.</summary>
    public IEnumerable<KeyValuePair<string, string>> Packs =>
        Files.Where(file => file.Key.StartsWith(PacksPrefix, StringComparison.Ordinal)).Select(file => KeyValuePair.Create(file.Key[PacksPrefix.Length..], file.Value));

    /// <summary>The version of these files, as the loader counts it (SHA-256 over the sorted lines "path, zero byte, SHA-256, line feed"): known also where this release would not load them.</summary>
    public string Version
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach ((string name, string text) in Files) hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{Sha256(text)}\n"));
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <summary>With one more file of the policy.</summary>
    public PolicyContent With(string path, string text) => new(Files.SetItem(path, text));

    public static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(ContentPaths.Bytes(text)));
}
