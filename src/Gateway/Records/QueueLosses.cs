namespace Exeat.Gateway.Records;

/// <summary>
/// How many packets the kernel's queue dropped for want of room: it tells nobody. What the table handed to it and did not come to user space was lost. The numbers are read one after another while
/// packets go on, so the answer is never too high, and right as soon as the queue was seen quiet.
/// </summary>
/// <remarks>
/// <code>
///   received before ≤ handed (of the same moment) − lost           so  handed − received before  is at least what is lost, less what an earlier table handed over
///   received, when the queue was seen empty after that, ≥ handed − lost   so  handed − received after  is at most that
/// </code>
/// </remarks>
internal sealed class QueueLosses
{
    private int _table;
    private long _handed, _received, _base, _told, _total;

    /// <summary>Packets lost since the start. From any thread.</summary>
    public long Total => Volatile.Read(ref _total);

    /// <summary>Takes one reading; returns how many were lost that were not told of before.</summary>
    /// <param name="table">Which load of the table counts: each counts from zero.</param>
    /// <param name="before">Packets that had come before the table's counters were read.</param>
    /// <param name="handed">Packets that the table handed to the queue.</param>
    /// <param name="after">Packets that had come when the queue was seen empty after that; null: it was not seen empty.</param>
    public long Take(int table, long before, long handed, long? after)
    {
        // What came between the last reading and the new table hides as many losses, once.
        if (table != _table || handed < _handed) (_table, _base, _told) = (table, -_received, 0);
        _handed = handed;
        _received = before;
        _base = Math.Min(_base, handed - before);
        long fresh = Math.Max(0, (handed - after - _base ?? 0) - _told);
        _told += fresh;
        Volatile.Write(ref _total, _total + fresh);
        return fresh;
    }
}
