using System.Collections.Immutable;

namespace Exeat.Fuzz;

/// <summary>The inputs kept for a target: valid messages to start from, and whatever once failed.</summary>
internal static class Corpus
{
    public static ImmutableArray<(string File, byte[] Bytes)> Load(IFuzzTarget target)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "corpus", target.Name);
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)))];
    }
}
