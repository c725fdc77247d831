using Microsoft.Win32.SafeHandles;

namespace Exeat.Flows;

// How bytes reach the file, and what becomes of them when it does not take them.
public sealed partial class Journal
{
    private bool CommitLocked()
    {
        if (_buffer.Length == 0 && !_refused.Any) return !Refuses;
        if (_syncFailed || !Write())
        {
            Withdraw();
            return false;
        }
        if (_refused.Any) TellRefused();
        return !Refuses;
    }

    // All or nothing: a write that stopped half-way (a full disk) is cut off again, so that a line is never torn while we live.
    private bool Write()
    {
        if (_buffer.Length == 0) return true;
        try
        {
            if (_segmentLength > 0 && _segmentLength + _buffer.Length > SegmentLimit) Rotate();
            RandomAccess.Write(_segment, _buffer.Written, _segmentLength);
            _segmentLength += _buffer.Length;
            _segmentEvents = _sequence - _segmentFirst;
            _dirty = true;
            _writeFailed = false;
            _buffer.Truncate(0);
            _pending.Clear();
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Refused("write", error);
            try
            {
                RandomAccess.SetLength(_segment, _segmentLength);
            }
            catch (IOException)
            {
                // The next write starts at the same offset and overwrites the piece; a crash before it leaves a torn tail for Open.
            }
            return false;
        }
    }

    private void Refused(string operation, Exception error)
    {
        _writeFailed = true;
        LastError = $"journal: {operation} {_options.Dir}: {error.Message}";
    }

    private void Withdraw()
    {
        int kept = 0, removed = 0;
        for (int i = 0; i < _pending.Count; i++)
        {
            Pending record = _pending[i];
            record = record with { Start = record.Start - removed };
            if (record.Grants)
            {
                _withdrawn = true;
                _buffer.Remove(record.Start, record.Length);
                removed += record.Length;
                Refuse(record.Agent);
            }
            else _pending[kept++] = record;
        }
        _pending.RemoveRange(kept, _pending.Count - kept);
    }

    private void TellRefused()
    {
        foreach ((string agent, long count) in _refused.Counts)
            EventLine.WriteNote(_buffer, new JournalNote(JournalNote.Unwritable, count, agent), NextIdentity(), _time.GetUtcNow());
        if (Write()) _refused.Clear();
        else _buffer.Truncate(0);
    }

    /// <summary>Notes that counts were lost before anybody could read them: how many is not known, why is.</summary>
    public void TellLostCounts(string why) => Tell(new JournalNote(JournalNote.CountsLost, 0, Text: why));

    private void Tell(in JournalNote note)
    {
        lock (_gate)
        {
            int start = _buffer.Length;
            EventLine.WriteNote(_buffer, note, NextIdentity(), _time.GetUtcNow());
            _pending.Add(new Pending(start, _buffer.Length - start, note.Agent, Grants: false));
            CommitLocked();
        }
    }

    private long SegmentLimit => Math.Min(_options.SegmentBytes, MaxBytes / 4);

    private void Rotate()
    {
        SafeFileHandle next = OpenSegment(_segmentNumber + 1);
        _older.Add(new SegmentFile(SegmentFile.PathOf(_options.Dir, Epoch, _segmentNumber), Epoch, _segmentNumber, _segmentLength));
        _toSync.Add(_segment);
        (_segment, _segmentLength) = (next, 0);
        (_segmentFirst, _segmentEvents) = (_segmentFirst + _segmentEvents, 0);
        _segmentNumber++;
    }

    private SafeFileHandle OpenSegment(long number) =>
        File.OpenHandle(SegmentFile.PathOf(_options.Dir, Epoch, number), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
