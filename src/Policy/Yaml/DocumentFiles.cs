using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Exeat.Policy;

/// <summary>Finds and reads the YAML files of a path: the file itself, or every *.yaml and *.yml below a folder, sorted, without hidden ones.</summary>
internal static class DocumentFiles
{
    /// <summary>A policy of 100,000 names has about 3 MiB.</summary>
    public const int MaxFileBytes = 8 << 20;

    public const int MaxFiles = 1000;

    private const int MaxFolders = 16;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ImmutableArray<DocumentFile> Read(string path, ProblemList problems)
    {
        var whole = new SourceLocation(path, 0, 0);
        try
        {
            if (!Directory.Exists(path)) return ReadFile(path, Path.GetFileName(path), problems) is { } single ? [single] : [];
            List<string> found = Find(path, problems);
            if (found.Count == 0) problems.Error(whole, "the folder has no *.yaml or *.yml file", "name the folder that has the documents");
            if (found.Count > MaxFiles) problems.Error(whole, $"the folder has {found.Count} files, more than {MaxFiles}", "join some of them");
            return
            [
                .. found.Take(MaxFiles).Select(file => (File: file, Name: Path.GetRelativePath(path, file).Replace('\\', '/')))
                    .OrderBy(file => file.Name, StringComparer.Ordinal)
                    .Select(file => ReadFile(file.File, file.Name, problems)).OfType<DocumentFile>(),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Error(whole, $"it cannot be read: {e.Message.TrimEnd('.')}", "check the path and its permissions");
            return [];
        }
    }

    /// <summary>The YAML files below a folder; throws when it cannot be walked.</summary>
    public static List<string> Find(string folder, ProblemList problems)
    {
        List<string> found = [];
        Collect(folder, 0, found, problems);
        return found;
    }

    /// <summary>The version of a set of files: SHA-256 over the sorted lines "path, zero byte, SHA-256, line feed".</summary>
    public static string Version(IEnumerable<DocumentFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (DocumentFile file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Name}\0{file.Hash}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Collect(string folder, int depth, List<string> found, ProblemList problems)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            // Joined by hand: the entry's own path may be absolute where the person's is relative.
            string path = Path.Combine(folder, entry.Name);
            if (entry.Name.StartsWith('.')) continue;
            if (entry is FileInfo && entry.Extension is ".yaml" or ".yml") found.Add(path);
            if (entry is not DirectoryInfo) continue;
            if (entry.LinkTarget is not null)
                problems.Error(new SourceLocation(path, 0, 0), "a folder that is a symbolic link is not followed", "copy it here, or name it by itself");
            else if (depth >= MaxFolders)
                problems.Error(new SourceLocation(path, 0, 0), $"folders are nested more than {MaxFolders} deep", "flatten them");
            else
                Collect(path, depth + 1, found, problems);
        }
    }

    private static DocumentFile? ReadFile(string path, string name, ProblemList problems)
    {
        var whole = new SourceLocation(path, 0, 0);
        if (!File.Exists(path))
        {
            problems.Error(whole, "there is no such file or folder", "check the path");
            return null;
        }
        byte[]? bytes = ReadBounded(path);
        if (bytes is null)
        {
            problems.Error(whole, $"the file is larger than {MaxFileBytes >> 20} MiB", "split it; a folder may hold many files");
            return null;
        }
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        try
        {
            string text = StrictUtf8.GetString(bytes);
            if (!text.Contains('\0')) return new DocumentFile(name, path, hash, text.TrimStart('\uFEFF'));
        }
        catch (DecoderFallbackException)
        {
            // Not UTF-8: said below together with zero bytes.
        }
        problems.Error(whole, "the file is not UTF-8 text", "save it as UTF-8");
        return new DocumentFile(name, path, hash, null);
    }

    /// <summary>The bytes of a file; null when it is larger than <see cref="MaxFileBytes"/>.</summary>
    public static byte[]? ReadBounded(string path)
    {
        using FileStream file = File.OpenRead(path);
        using var copy = new MemoryStream();
        byte[] chunk = new byte[64 * 1024];
        for (int read; (read = file.Read(chunk)) > 0;)
        {
            copy.Write(chunk, 0, read);
            if (copy.Length > MaxFileBytes) return null;
        }
        return copy.ToArray();
    }
}
