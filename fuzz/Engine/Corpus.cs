using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Exeat.Fuzz.Engine;

/// <summary>
/// Inputs on disk. The corpus of a target lies in the repository: valid messages to start from, whatever once failed, and a small choice of what runs found. A run keeps all
/// that took new branches in a folder of its own.
/// </summary>
internal sealed class Corpus(IFuzzTarget target, string folder)
{
    public const string Crash = "crash-";

    private const int NameDigits = 12;

    public string Folder { get; } = Path.Combine(folder, target.Name);

    /// <summary>The corpora that were built along with this program.</summary>
    public static string Built { get; } = Path.Combine(AppContext.BaseDirectory, "corpus");

    public ImmutableArray<(string File, byte[] Bytes)> Load() => Directory.Exists(Folder)
        ? [.. Directory.GetFiles(Folder).Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)))]
        : [];

    /// <summary>Keeps an input; returns its file.</summary>
    public string Keep(byte[] input, string prefix = "")
    {
        Directory.CreateDirectory(Folder);
        string file = Path.Combine(Folder, prefix + NameOf(input));
        File.WriteAllBytes(file, input);
        return file;
    }

    public void Remove(string file) => File.Delete(Path.Combine(Folder, file));

    public static string NameOf(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input))[..NameDigits];

    /// <summary>A run found it: another choice may leave it out. Others were put there by a person, or failed once.</summary>
    public static bool IsFound(string file) => file.Length == NameDigits && file.All(char.IsAsciiHexDigitLower);
}
