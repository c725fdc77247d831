using System.Globalization;
using System.Text;

namespace Exeat.Flows;

/// <summary>The directory of a journal as its one writer sees it: the lock, the epoch, a torn last line.</summary>
internal static class JournalFolder
{
    /// <summary>Takes the lock; the kernel gives it back when the process ends, however it ends.</summary>
    public static FileStream Lock(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new JournalException($"journal: lock {directory}: another gateway writes here; give each gateway its own journal.dir, or stop the other one ({error.Message})", error);
        }
    }

    // Beyond any count of openings and any number of seconds since 1970: a file that says more was damaged.
    private const long MostEpoch = 1L << 40;

    /// <summary>
    /// The next epoch, kept before it is used: one more than any seen in the file or in segment names. Where neither can be read but the directory was in use, the seconds since
    /// 1970: event ids must never come again, and that is more than any count.
    /// </summary>
    public static long NextEpoch(string directory, List<SegmentFile> segments, DateTimeOffset now)
    {
        string path = Path.Combine(directory, "epoch");
        long last = 0;
        bool isDamaged = File.Exists(path) && (!long.TryParse(ReadShort(path), NumberStyles.None, CultureInfo.InvariantCulture, out last) || last > MostEpoch);
        if (isDamaged) last = segments.Count > 0 ? 0 : now.ToUnixTimeSeconds();
        foreach (SegmentFile segment in segments)
            if (segment.Epoch <= MostEpoch) last = Math.Max(last, segment.Epoch);
        long next = last + 1;
        string fresh = path + ".new";
        using (var file = File.OpenHandle(fresh, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(next.ToString(CultureInfo.InvariantCulture) + "\n"), 0);
            RandomAccess.FlushToDisk(file);
        }
        File.Move(fresh, path, overwrite: true);
        return next;
    }

    private static string ReadShort(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read);
        Span<byte> bytes = stackalloc byte[64];
        return Encoding.Latin1.GetString(bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)]).Trim();
    }

    /// <summary>Cuts what follows the last line end of a segment; says how many bytes that were.</summary>
    public static long CutTornTail(SegmentFile segment)
    {
        using var file = File.OpenHandle(segment.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        long length = RandomAccess.GetLength(file);
        byte[] piece = new byte[1 << 16];
        for (long end = length; end > 0;)
        {
            long start = Math.Max(0, end - piece.Length);
            int read = RandomAccess.Read(file, piece.AsSpan(0, (int)(end - start)), start);
            int at = piece.AsSpan(0, read).LastIndexOf((byte)'\n');
            if (at >= 0)
            {
                long whole = start + at + 1;
                if (whole < length) RandomAccess.SetLength(file, whole);
                return length - whole;
            }
            end = start;
        }
        if (length > 0) RandomAccess.SetLength(file, 0);
        return length;
    }
}
