using System.Collections.Immutable;
using System.Text;
using Exeat.Policy;

namespace Exeat.Control.Policies;

/// <summary>What paths and sizes a policy that people hand over may have. Everything else is refused before a file is written anywhere.</summary>
internal static class ContentPaths
{
    /// <summary>The file in which control adds windows to a policy; nobody may bring one along.</summary>
    public const string Overlay = "exeat-control.yaml";

    /// <summary>As many as the loader reads from a folder.</summary>
    public const int MaxFiles = 1000;

    /// <summary>Five times the largest policy that we measure with (100,000 names).</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>Linux knows 4096 (PATH_MAX); the rest is for the folder it is written to.</summary>
    private const int MaxPathBytes = 1024;

    /// <summary>Linux: NAME_MAX.</summary>
    private const int MaxSegmentBytes = 255;

    private const int MaxDepth = 16;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The mistakes; empty when all is well.</summary>
    /// <param name="files">Texts by path.</param>
    /// <param name="prefix">How a path is shown: packs have <c>packs/</c> before it.</param>
    public static ImmutableArray<Problem> Check(IReadOnlyDictionary<string, string> files, string prefix)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        if (files.Count > MaxFiles) problems.Add(Wrong(prefix, $"there are {files.Count} files, more than {MaxFiles}", "join some of them"));
        long bytes = 0;
        foreach ((string path, string text) in files.Take(MaxFiles))
        {
            // JSON's null, which no type keeps out of a map.
            if (text is null) problems.Add(Wrong(prefix + Shown(path), "the file has no text", "write its text, or leave it out"));
            else if (Mistake(path, prefix.Length == 0) is { } mistake) problems.Add(Wrong(prefix + Shown(path), mistake, "write a path such as rules/web.yaml"));
            else if (Length(text) is { } length) bytes += length;
            else problems.Add(Wrong(prefix + path, "the text is not Unicode", "save the file as UTF-8"));
        }
        if (bytes > MaxBytes) problems.Add(Wrong(prefix, $"the files have more than {MaxBytes >> 20} MiB", "split the policy"));
        if (problems.Count > 0) return problems.ToImmutable();
        // A path that is a file cannot be a folder too.
        HashSet<string> folders = [.. files.Keys.SelectMany(Folders)];
        problems.AddRange(files.Keys.Where(folders.Contains).Select(path => Wrong(prefix + path, "this is a file and a folder", "rename one")));
        return problems.ToImmutable();
    }

    /// <summary>The bytes of a text that has been checked.</summary>
    public static byte[] Bytes(string text) => Strict.GetBytes(text);

    private static string? Mistake(string path, bool isPolicy)
    {
        if (path.Length == 0 || path.Length > MaxPathBytes || Length(path) is not <= MaxPathBytes) return "the path is empty, too long or not Unicode";
        if (path[0] == '/' || path.Contains('\\') || path.Contains(':')) return "the path is absolute, or has a backslash or colon";
        if (path.Any(c => char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format)) return "the path has unprintable characters";
        string[] segments = path.Split('/');
        if (segments.Length > MaxDepth) return $"folders are nested more than {MaxDepth} deep";
        if (segments.Any(segment => segment.Length == 0 || segment[0] == '.')) return "the path leads upwards, is hidden, or has an empty part";
        if (segments.Any(segment => Encoding.UTF8.GetByteCount(segment) > MaxSegmentBytes)) return "a part of the path is too long";
        if (Path.GetExtension(path) is not (".yaml" or ".yml")) return "only *.yaml and *.yml files are policy";
        if (isPolicy && segments[0] == "packs") return "a folder packs is for packs";
        if (isPolicy && path == Overlay) return $"{Overlay} is written by control alone";
        return null;
    }

    private static int? Length(string text)
    {
        try
        {
            return Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            // Half of a surrogate pair: its bytes would be others than the person's.
            return null;
        }
    }

    private static IEnumerable<string> Folders(string path)
    {
        for (int slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1)) yield return path[..slash];
    }

    private static string Shown(string path) => string.Concat(path.Take(200).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    private static Problem Wrong(string file, string what, string remedy) => new(file, 0, 0, Severity.Error, what, remedy);
}
