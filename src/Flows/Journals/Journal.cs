using Microsoft.Win32.SafeHandles;

namespace Exeat.Flows;

/// <summary>The durable, append-only record of what happened: NDJSON segments in one directory, written by one gateway at a time.</summary>
/// <remarks>
/// <para>Append → buffer → Commit: one write() (survives kill −9) → within <see cref="JournalOptions.SyncEvery"/>: fdatasync (survives power loss).</para>
/// <para>When the disk refuses, permits that were not yet committed are withdrawn, other events wait in the buffer while there is room, and what has
/// no room is counted per agent. The counts are written as <c>journal-unwritable</c> as soon as the disk takes them: nothing is lost in silence (I5).</para>
/// </remarks>
public sealed partial class Journal : IDisposable
{
    // About two thousand events: what may wait while the disk refuses, and the most that one write() carries.
    private const int MaxBufferBytes = 1 << 20;

    private readonly Lock _gate = new();
    private readonly JournalOptions _options;
    private long _maxBytes;
    private readonly TimeProvider _time;
    private readonly string _prefix;
    private readonly FileStream _lock;
    private readonly LineBuffer _buffer = new(1 << 16);
    private readonly List<Pending> _pending = new(256);
    private readonly RefusedEvents _refused = new();
    private SafeFileHandle _segment;
    private long _segmentNumber;
    private long _segmentLength;
    private long _sequence;
    private bool _writeFailed;
    private bool _withdrawn;
    private bool _closed;
    private long _refusedTotal;

    private Journal(JournalOptions options, TimeProvider time, FileStream folderLock, List<SegmentFile> segments, long epoch)
    {
        (_options, _maxBytes, _time, _lock, Epoch) = (options, options.MaxBytes, time, folderLock, epoch);
        _prefix = $"{options.Gateway}/{epoch}/";
        _older.AddRange(segments);
        _segment = OpenSegment(1);
        _segmentNumber = 1;
        _timer = time.CreateTimer(_ => Settle(), null, options.SyncEvery, options.SyncEvery);
    }

    /// <summary>The disk budget in force; it may change while the journal is written.</summary>
    public long MaxBytes
    {
        get => Volatile.Read(ref _maxBytes);
        set => Volatile.Write(ref _maxBytes, value);
    }

    /// <summary>Opens the directory for writing: takes its lock, repairs a torn last line, begins a new epoch. Throws <see cref="JournalException"/>.</summary>
    public static Journal Open(JournalOptions options, TimeProvider time)
    {
        if (options.Gateway.Length == 0 || options.Gateway.Contains('/'))
            throw new JournalException("journal: the gateway's id is empty or has a slash; give it another id");
        FileStream? folderLock = null;
        try
        {
            Directory.CreateDirectory(options.Dir);
            folderLock = JournalFolder.Lock(options.Dir);
            List<SegmentFile> segments = SegmentFile.List(options.Dir);
            long torn = segments.Count > 0 ? JournalFolder.CutTornTail(segments[^1]) : 0;
            if (torn > 0) segments[^1] = segments[^1] with { Length = segments[^1].Length - torn };
            var journal = new Journal(options, time, folderLock, segments, JournalFolder.NextEpoch(options.Dir, segments, time.GetUtcNow()));
            if (torn > 0) journal.Tell(new JournalNote(JournalNote.Torn, 1, Text: $"{torn} bytes cut from {Path.GetFileName(segments[^1].Path)}"));
            return journal;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            folderLock?.Dispose();
            throw new JournalException($"journal: open {options.Dir}: {error.Message}", error);
        }
    }

    /// <summary>This opening's number; it grows with every opening of the directory.</summary>
    public long Epoch { get; }

    /// <summary>False after the disk refused, until a later write succeeds. While false nothing new may be let through.</summary>
    public bool IsWritable
    {
        get { lock (_gate) return !Refuses; }
    }

    /// <summary>The last refusal in words; null when there was none.</summary>
    public string? LastError { get; private set; }

    /// <summary>Events numbered so far in this opening, the journal's own notes included.</summary>
    public long Events
    {
        get { lock (_gate) return _sequence; }
    }

    /// <summary>Events that were refused or withdrawn so far for want of room on the disk.</summary>
    public long Refusals
    {
        get { lock (_gate) return _refusedTotal; }
    }

    /// <summary>Bytes that all segments hold now.</summary>
    public long Bytes
    {
        get { lock (_gate) return BytesLocked; }
    }

    /// <summary>How often the disk was told to keep what it has (fdatasync or better).</summary>
    public long Syncs { get; private set; }

    /// <summary>Serialises the event into the buffer. False: there was no room (it is counted, and told when the disk is back).</summary>
    public bool Append(in FlowDraft draft) => Append(draft, out _);

    /// <summary>As the other overload; says also how many bytes the event takes on the disk.</summary>
    public bool Append(in FlowDraft draft, out int bytes)
    {
        lock (_gate) return AppendLocked(draft, out bytes);
    }

    /// <summary>
    /// One write() of all that is buffered. True: everything appended so far survives kill −9. False: permits appended since the last call are withdrawn, now or by another
    /// thread's write in between, and must not take effect. For one thread; others use <see cref="AppendDurably(in FlowDraft)"/>.
    /// </summary>
    public bool Commit()
    {
        lock (_gate)
        {
            bool written = CommitLocked() && !_withdrawn;
            _withdrawn = false;
            return written;
        }
    }

    /// <summary><see cref="Append(in FlowDraft)"/> and <see cref="Commit"/> in one.</summary>
    public bool AppendDurably(in FlowDraft draft) => AppendDurably(draft, out _);

    /// <summary>As the other overload; says also how many bytes the event takes on the disk.</summary>
    public bool AppendDurably(in FlowDraft draft, out int bytes)
    {
        lock (_gate) return AppendLocked(draft, out bytes) & CommitLocked();
    }

    /// <summary>Commits, syncs and lets go of the directory.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            if (_closed) return;
            CommitLocked();
        }
        Settle();
        lock (_gate) _closed = true;
        _segment.Dispose();
        _lock.Dispose();
    }

    private bool Refuses => _writeFailed || _syncFailed;

    private bool AppendLocked(in FlowDraft draft, out int bytes)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        bytes = 0;
        if (_buffer.Length >= MaxBufferBytes && !CommitLocked() && _buffer.Length >= MaxBufferBytes)
        {
            Refuse(draft.AgentId);
            return false;
        }
        int start = _buffer.Length;
        EventLine.Write(_buffer, draft, NextIdentity(), _time.GetUtcNow());
        bytes = _buffer.Length - start;
        _pending.Add(new Pending(start, bytes, draft.AgentId, Grants(draft)));
        return true;
    }

    private void Refuse(string? agent)
    {
        _refused.Add(agent);
        _refusedTotal++;
    }

    // What would let traffic through must not stay behind for a later write once it was refused.
    private static bool Grants(in FlowDraft draft) =>
        draft.Kind == FlowEventKind.Decision && (draft.Verdict == Exeat.Policy.Verdict.Permit || !draft.Enforced);

    private EventIdentity NextIdentity() => new(_options.Gateway, _prefix, ++_sequence);

    private readonly record struct Pending(int Start, int Length, string? Agent, bool Grants);
}
