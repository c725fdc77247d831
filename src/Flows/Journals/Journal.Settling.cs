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
            Retire();
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
                if (Refuses || _older.Count == 0 || _older.Sum(file => file.Length) + _segmentLength <= _options.MaxBytes) return;
                oldest = _older[0];
                _older.RemoveAt(0);
            }
            try
            {
                Tell(new JournalNote(JournalNote.Retired, oldest.CountLines(), Text: $"{Path.GetFileName(oldest.Path)} deleted"));
                File.Delete(oldest.Path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                LastError = $"journal: retire {oldest.Path}: {error.Message}";
                return;
            }
        }
    }
}
