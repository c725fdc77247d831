using Microsoft.Win32.SafeHandles;

namespace Exeat.Flows;

// What happens beside the verdicts, on the timer: sync, retry, retention.
public sealed partial class Journal
{
    private readonly Lock _settling = new();
    private readonly ITimer _timer;
    private readonly List<SegmentFile> _older = [];
    private readonly List<SafeFileHandle> _toSync = [];
    private bool _dirty;
    private bool _syncFailed;
    private long _segmentFirst;
    private long _segmentEvents;

    private void Settle()
    {
        lock (_settling)
        {
            if (_closed) return;
            Sync();
            lock (_gate)
            {
                if (_writeFailed || _refused.Any) CommitLocked();
            }
            LookAfterSegment();
            Retire();
        }
    }

    // A file that somebody deleted or cut while we write it would swallow everything from then on: what follows goes to a fresh one, and the journal says what happened.
    private void LookAfterSegment()
    {
        lock (_gate)
        {
            var file = new FileInfo(SegmentFile.PathOf(_options.Dir, Epoch, _segmentNumber));
            if (Refuses || file.Exists && file.Length == _segmentLength) return;
            string what = file.Exists ? $"{file.Name} was changed by somebody else" : $"{file.Name} was deleted by somebody else";
            long events = _segmentEvents;
            try
            {
                Rotate();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Refused("rotate", error);
                return;
            }
            if (!file.Exists) _older.RemoveAt(_older.Count - 1);
            Tell(new JournalNote(JournalNote.Damaged, events, Text: $"{what}; of its events some or all are gone"));
        }
    }

    // Handles are closed only here and in Dispose, under the same lock; the verdict thread never waits for the disk.
    private void Sync()
    {
        SafeFileHandle[] rotated;
        SafeFileHandle? current;
        lock (_gate)
        {
            rotated = [.. _toSync];
            _toSync.Clear();
            current = _dirty || _syncFailed ? _segment : null;
            _dirty = false;
        }
        try
        {
            foreach (SafeFileHandle handle in rotated) RandomAccess.FlushToDisk(handle);
            if (current is not null) RandomAccess.FlushToDisk(current);
            Syncs += rotated.Length + (current is null ? 0 : 1);
            foreach (SafeFileHandle handle in rotated) handle.Dispose();
            lock (_gate) _syncFailed = false;
        }
        catch (IOException error)
        {
            lock (_gate)
            {
                _toSync.AddRange(rotated);
                _syncFailed = true;
                LastError = $"journal: sync {_options.Dir}: {error.Message}";
            }
        }
    }

    // Retention under a stated budget is not loss, but it is told: how many events went, and with which file. Told first, deleted second.
    private void Retire()
    {
        while (true)
        {
            SegmentFile oldest;
            lock (_gate)
            {
                if (Refuses || _older.Count == 0 || BytesLocked <= MaxBytes) return;
                oldest = _older[0];
                _older.RemoveAt(0);
            }
            try
            {
                Tell(new JournalNote(JournalNote.Retired, oldest.CountLines(), Text: $"{Path.GetFileName(oldest.Path)} deleted"));
                File.Delete(oldest.Path);
            }
            catch (FileNotFoundException)
            {
                Tell(new JournalNote(JournalNote.Damaged, 0, Text: $"{Path.GetFileName(oldest.Path)} was deleted by somebody else"));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                LastError = $"journal: retire {oldest.Path}: {error.Message}";
                return;
            }
        }
    }

    private long BytesLocked
    {
        get
        {
            long bytes = _segmentLength;
            foreach (SegmentFile file in _older) bytes += file.Length;
            return bytes;
        }
    }
}
