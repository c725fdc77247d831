using System.Security.Cryptography;
using System.Text;

namespace Exeat.Policy;

/// <summary>The files that loading a path reads, and their content as one hash: says whether there is anything to load again, however the files got there.</summary>
public static class DocumentPaths
{
    /// <summary>The file itself, or the folder's YAML files as loading finds them; empty when there is nothing.</summary>
    public static IReadOnlyList<string> Files(string path)
    {
        if (!Directory.Exists(path)) return File.Exists(path) ? [path] : [];
        try
        {
            return DocumentFiles.Find(path, new ProblemList());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>SHA-256 over names and contents of the files of all these paths. What cannot be read counts as its name: it differs as soon as it can.</summary>
    public static string Fingerprint(IEnumerable<string> paths)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> content = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (string path in paths)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\0"));
            foreach (string file in Files(path).Take(DocumentFiles.MaxFiles).Order(StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{file}\0"));
                if (TryHash(file, content)) hash.AppendData(content);
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static bool TryHash(string file, Span<byte> content)
    {
        try
        {
            if (DocumentFiles.ReadBounded(file) is not { } bytes) return false;
            SHA256.HashData(bytes, content);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone, or not to be read, at this moment.
            return false;
        }
    }
}
