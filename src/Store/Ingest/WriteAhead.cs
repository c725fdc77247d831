using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Exeat.Store;

/// <summary>The write-ahead files <c>wal/NUMBER.wal</c>: what is acknowledged lies in them, synced, until it is Parquet.</summary>
internal sealed class WriteAhead : IDisposable
{
    // A file is read back whole at start.
    private const long SegmentBytes = 64 << 20;
    private const long LargestReadBytes = SegmentBytes + (2L * WriteAheadBatch.MaxBytes);

    private readonly string _dir;
    private SafeFileHandle? _file;
    private long _length;

    public WriteAhead(string dir, long lastNumber)
    {
        _dir = dir;
        Directory.CreateDirectory(dir);
        Number = Math.Max(lastNumber, Numbers().LastOrDefault());
    }

    /// <summary>Number of the newest file.</summary>
    public long Number { get; private set; }

    public long Bytes => Numbers().Sum(number => new FileInfo(PathOf(number)).Length);

    /// <summary>Numbers of the files that there are, oldest first.</summary>
    public List<long> Numbers()
    {
        List<long> numbers = [];
        foreach (string path in Directory.EnumerateFiles(_dir, "*.wal"))
            if (long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out long number)) numbers.Add(number);
        numbers.Sort();
        return numbers;
    }

    /// <summary>Writes and syncs. False: there was no room, and nothing was written.</summary>
    public bool Write(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        try
        {
            if (_file is null || _length >= SegmentBytes) Next();
            RandomAccess.Write(_file!, pieces, _length);
            CrashPoint.Reached("wal-written");
            RandomAccess.FlushToDisk(_file!);
            CrashPoint.Reached("wal-synced");
            _length += pieces.Sum(piece => (long)piece.Length);
            return true;
        }
        catch (IOException)
        {
            // What was written of it is cut off, or else left behind in a file that is not written again: its checksum is wrong.
            if (_file is not null && !TryCut(_file, _length)) Close();
            return false;
        }
    }

    /// <summary>No more is written to the present file; gives its number, through which all is complete.</summary>
    public long Rotate()
    {
        Close();
        return Number;
    }

    public void DeleteThrough(long number)
    {
        foreach (long old in Numbers().Where(old => old <= number)) File.Delete(PathOf(old));
    }

    /// <summary>All bytes of a file; null: larger than any that was written.</summary>
    public byte[]? Read(long number) => new FileInfo(PathOf(number)).Length > LargestReadBytes ? null : File.ReadAllBytes(PathOf(number));

    public void Dispose() => Close();

    private void Next()
    {
        Close();
        _file = File.OpenHandle(PathOf(Number + 1), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        (Number, _length) = (Number + 1, 0);
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    private static bool TryCut(SafeFileHandle file, long length)
    {
        try
        {
            RandomAccess.SetLength(file, length);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string PathOf(long number) => Path.Combine(_dir, string.Create(CultureInfo.InvariantCulture, $"{number:d12}.wal"));
}
