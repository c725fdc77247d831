using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Exeat.Gateway.Records;

/// <summary>
/// What this gateway knows of, in a file that outlives a kill: the next gateway finds the table still counting, and tells what stands on nobody's record. Owned by the verdict thread once it runs.
/// </summary>
/// <remarks>
/// Three numbers of eight bytes: packets that the present table handed to the queue and that are known of; refusals that the kernel repeated by itself and that are on record; refusals that were
/// counted and wait for their line in the journal.
/// </remarks>
internal sealed class QueueTally : IDisposable
{
    public const string FileName = "queue";

    private readonly Func<int> _table;
    private readonly Func<long> _lost;
    private readonly byte[] _bytes = new byte[3 * sizeof(long)];
    private SafeFileHandle? _file;
    private int _seen;
    private long _last, _base;
    private (long Unjudged, long Repeated, long Waiting) _owed;

    /// <summary>Opens the file.</summary>
    /// <param name="state">The state folder.</param>
    /// <param name="table">Which load of the table counts: each counts from zero.</param>
    /// <param name="lost">Packets lost in the queue that were told of.</param>
    public QueueTally(string state, Func<int> table, Func<long> lost)
    {
        (_table, _lost) = (table, lost);
        _file = File.OpenHandle(Path.Combine(state, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        int read = RandomAccess.Read(_file, _bytes, 0);
        // An older gateway knew of the first number only.
        if (read >= sizeof(long)) Known = Number(0);
        if (read == _bytes.Length) (KnownRepeated, Waiting) = (Number(1), Math.Max(0, Number(2)));
    }

    /// <summary>Refusals that the kernel repeated under the present table, and that are on record.</summary>
    public Func<long> Repeated { get; init; } = () => 0;

    /// <summary>Refusals that are counted and not written yet.</summary>
    public Func<long> Unwritten { get; init; } = () => 0;

    /// <summary>What the gateway before this one knew of; null: there was none.</summary>
    public long? Known { get; }

    /// <summary>How many refusals by the kernel the gateway before this one had on record; null: it did not say.</summary>
    public long? KnownRepeated { get; }

    /// <summary>How many refusals the gateway before this one had counted and not written.</summary>
    public long Waiting { get; }

    /// <summary>How many packets nobody judged, of those that a table handed over which an earlier gateway left.</summary>
    public long Unjudged(long? handed) => handed is { } all && Known is { } known ? Math.Max(0, all - known) : 0;

    /// <summary>How many refusals by the kernel are on nobody's record, of those that such a table counted.</summary>
    public long Unread(long? hits) => hits is { } all && KnownRepeated is { } known ? Math.Max(0, all - known) : 0;

    /// <summary>
    /// What the gateway before this one left on nobody's record stays so in the file until <see cref="Told"/>: a gateway that is killed before it has told it leaves it to the next.
    /// </summary>
    public void Owe(long unjudged, long repeated, long waiting) => _owed = (unjudged, repeated, waiting);

    /// <summary>What was owed stands in the journal.</summary>
    public void Told(long received)
    {
        _owed = default;
        Note(received);
    }

    /// <summary>A new table counts from zero. Before it is loaded.</summary>
    /// <param name="waiting">Packets that the table before it handed to our queue: they will come, and are none of the new one's.</param>
    public void Begin(long waiting)
    {
        _last = waiting;
        Write(-waiting);
    }

    /// <summary>Packets that came so far; and what the others have counted by now.</summary>
    public void Note(long received)
    {
        long now = received + _lost();
        // What came from an older table since the last note counts for the new one: the answer is never too high.
        if (_table() is var table && table != _seen) (_seen, _base) = (table, _last);
        _last = now;
        Write(now - _base);
    }

    public void Dispose() => _file?.Dispose();

    private long Number(int index) => BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(index * sizeof(long)));

    private void Put(int index, long number) => BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(index * sizeof(long)), number);

    private void Write(long known)
    {
        if (_file is null) return;
        Put(0, known - _owed.Unjudged);
        Put(1, Repeated() - _owed.Repeated);
        Put(2, Unwritten() + _owed.Waiting);
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
