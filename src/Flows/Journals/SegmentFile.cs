using System.Buffers;
using System.Globalization;

namespace Exeat.Flows;

/// <summary>One file of a journal: <c>flows-EPOCH-NUMBER.ndjson</c>, ordered by both numbers.</summary>
internal readonly record struct SegmentFile(string Path, long Epoch, long Number, long Length)
{
    private const string Prefix = "flows-";
    private const string Suffix = ".ndjson";

    public static string PathOf(string directory, long epoch, long number) =>
        System.IO.Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{epoch:d6}-{number:d6}{Suffix}"));

    /// <summary>All segments of a directory, oldest first; other files are not looked at.</summary>
    public static List<SegmentFile> List(string directory)
    {
        List<SegmentFile> found = [];
        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles(Prefix + "*" + Suffix))
        {
            string[] parts = file.Name[Prefix.Length..^Suffix.Length].Split('-');
            if (parts.Length == 2 && IsNumber(parts[0], out long epoch) && IsNumber(parts[1], out long number))
                found.Add(new SegmentFile(file.FullName, epoch, number, file.Length));
        }
        found.Sort((a, b) => (a.Epoch, a.Number).CompareTo((b.Epoch, b.Number)));
        return found;
    }

    /// <summary>How many whole lines the file has, read in pieces.</summary>
    public long CountLines()
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(1 << 16);
        long lines = 0;
        using FileStream stream = Open(Path);
        for (int read; (read = stream.Read(piece)) > 0;) lines += piece.AsSpan(0, read).Count((byte)'\n');
        ArrayPool<byte>.Shared.Return(piece);
        return lines;
    }

    /// <summary>Opens for reading beside a writer that appends, or deletes it meanwhile.</summary>
    public static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static bool IsNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
