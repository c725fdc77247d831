using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Exeat.Gateway.Records;

/// <summary>
/// How many of the packets that the present table handed to the queue this gateway knows of, in a file that outlives a kill: the next gateway finds the table still counting, and tells how
/// many packets nobody judged. Owned by the verdict thread once it runs.
/// </summary>
internal sealed class QueueTally : IDisposable
{
    public const string FileName = "queue";

    private readonly Func<int> _table;
    private readonly Func<long> _lost;
    private readonly byte[] _bytes = new byte[sizeof(long)];
    private SafeFileHandle? _file;
    private int _seen;
    private long _last, _base;

    /// <summary>Opens the file.</summary>
    /// <param name="state">The state folder.</param>
    /// <param name="table">Which load of the table counts: each counts from zero.</param>
    /// <param name="lost">Packets lost in the queue that were told of.</param>
    public QueueTally(string state, Func<int> table, Func<long> lost)
    {
        (_table, _lost) = (table, lost);
        _file = File.OpenHandle(Path.Combine(state, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (RandomAccess.Read(_file, _bytes, 0) == _bytes.Length) Known = BinaryPrimitives.ReadInt64LittleEndian(_bytes);
    }

    /// <summary>What the gateway before this one knew of; null: there was none.</summary>
    public long? Known { get; }

    /// <summary>How many packets nobody judged, of those that a table handed over which an earlier gateway left.</summary>
    public long Unjudged(long? handed) => handed is { } all && Known is { } known ? Math.Max(0, all - known) : 0;

    /// <summary>A new table counts from zero. Before it is loaded.</summary>
    public void Begin() => Write(0);

    /// <summary>Packets that came so far.</summary>
    public void Note(long received)
    {
        long now = received + _lost();
        // What came from an older table since the last note counts for the new one: the answer is never too high.
        if (_table() is var table && table != _seen) (_seen, _base) = (table, _last);
        _last = now;
        Write(now - _base);
    }

    public void Dispose() => _file?.Dispose();

    private void Write(long known)
    {
        if (_file is null) return;
        BinaryPrimitives.WriteInt64LittleEndian(_bytes, known);
        try
        {
            RandomAccess.Write(_file, _bytes, 0);
        }
        catch (IOException)
        {
            // The disk takes nothing: an old number would be a wrong one.
            _file.Dispose();
            _file = null;
        }
    }
}
