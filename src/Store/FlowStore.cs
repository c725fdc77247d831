using System.Collections.Concurrent;
using DuckDB.NET.Data;
using Exeat.Flows;

namespace Exeat.Store;

/// <summary>Every record of every gateway, kept and asked. docs/control/flow-store.md says how.</summary>
/// <remarks>
/// Two locks: <c>_ingest</c> for what comes in and for what is counted on; <c>_swap</c>, taken inside it, for what queries see: it is held for moments only. A batch goes
/// <c>Append</c> → write-ahead file, synced → folded in memory → <c>Show</c> (packed rows in memory) → <c>Convert</c> (Parquet, manifest renamed) → <c>Compact</c>, <c>Retire</c>.
/// </remarks>
public sealed partial class FlowStore : IAsyncDisposable
{
    // About a kilobyte each.
    private const int MostUnits = 100_000;

    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly FileStream _folderLock;
    private readonly StoreEngine _engine;
    private readonly WaitingFolder _waitingFolder;
    private readonly DuckDBConnection _writer;
    private readonly WriteAhead _wal;
    private readonly SeenEventKeys _seen = new();
    private readonly FlowUnits _units = new(MostUnits);
    private readonly LiveTail _live = new();
    private readonly ConcurrentQueue<IncomingBatch> _waiting = new();
    private readonly ConcurrentBag<EventReader> _readers = [];
    private readonly Lock _ingest = new(), _swap = new(), _upkeep = new();
    private readonly SortedSet<long> _dead = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly FileShelf _shelf;
    private readonly Task _driving;
    private Manifest _manifest;
    private StoreTail _tail;
    private FrozenTail? _frozen;
    private long _nextRow, _nextArrival;

    // Events that are durable and that questions do not see yet.
    private int _pending;

    private FlowStore(StoreOptions options, TimeProvider time, FileStream folderLock, Manifest manifest)
    {
        (_options, _time, _folderLock, _manifest) = (options, time, folderLock, manifest);
        (_nextRow, _nextArrival) = (manifest.NextRow, manifest.NextArrival);
        string temporary = Path.Combine(options.Dir, "tmp");
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        Directory.CreateDirectory(temporary);
        DeleteStrangers();
        _waitingFolder = new WaitingFolder(temporary);
        _engine = StoreEngine.Open(options, temporary, _waitingFolder.InMemory);
        _writer = _engine.Connect();
        _tail = new StoreTail(1);
        _seen.Load(manifest.Seen);
        _units.LoadHorizons(manifest.Horizons);
        Bury(manifest.Dead);
        DeriveSums();
        _shelf = new FileShelf(options.Dir, View());
        _wal = new WriteAhead(Path.Combine(options.Dir, "wal"), manifest.WalThrough);
        Replay();
        _wal.DeleteThrough(manifest.WalThrough);
        _driving = options.IsDriven ? Task.Run(DriveAsync) : Task.CompletedTask;
    }

    /// <summary>Opens the folder, takes up what a crash left, and locks it. Throws <see cref="StoreException"/>: what, where, what to do.</summary>
    public static FlowStore Open(StoreOptions options, TimeProvider time)
    {
        FileStream? folderLock = null;
        try
        {
            Directory.CreateDirectory(options.Dir);
            folderLock = new FileStream(Path.Combine(options.Dir, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new FlowStore(options, time, folderLock, ManifestFile.Read(options.Dir));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DuckDBException)
        {
            folderLock?.Dispose();
            throw new StoreException(folderLock is null
                ? $"flow store: lock {options.Dir}: another process has it open, or it may not be written; stop the other one, or mend the rights ({error.Message})"
                : $"flow store: open {options.Dir}: {error.Message}", error);
        }
        catch (StoreException)
        {
            folderLock?.Dispose();
            throw;
        }
    }

    /// <summary>How the store is.</summary>
    public StoreStatus Status
    {
        get
        {
            lock (_ingest)
            {
                IReadOnlyList<StoredFile> files = _manifest.Files;
                List<StoredFile> events = [.. files.Where(file => file.Kind == FileKind.Events)];
                long waiting = _tail.Count + (_frozen?.Tail.Count ?? 0) + _pending;
                return new StoreStatus
                {
                    Bytes = files.Sum(file => file.Bytes) + _wal.Bytes,
                    Events = events.Sum(file => file.Rows) + waiting,
                    Flows = files.Where(file => file.Kind == FileKind.Flows).Sum(file => file.Rows) + _tail.FlowRows + (_frozen?.Tail.FlowRows ?? 0) + _units.Changed.Count(unit => unit.Row == 0) - _dead.Count,
                    Oldest = events.Count == 0 ? null : Microseconds.Date(events.Min(file => file.Day)),
                    Newest = events.Count == 0 ? null : Microseconds.Date(events.Max(file => file.Day)),
                    Waiting = waiting,
                    Lag = _pending == 0 ? TimeSpan.Zero : _time.GetElapsedTime(_pendingSince),
                    Accepted = _accepted,
                    Duplicates = _duplicates,
                    Refused = _refused,
                    FullBatches = _fullBatches,
                    AbsurdTimes = _absurd,
                    Retired = _manifest.Retired,
                    FailedMerges = _failedMerges,
                    TailLost = _live.Lost,
                    IsFull = _isFull,
                    LastError = _lastError,
                };
            }
        }
    }

    /// <summary>Ends what runs. What is acknowledged is on disk already.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _closing.CancelAsync();
        await _driving;
        _live.Complete();
        lock (_upkeep)
            lock (_ingest)
            {
                _wal.Dispose();
                _writer.Dispose();
                _engine.Dispose();
                _waitingFolder.Dispose();
                _folderLock.Dispose();
            }
    }

    private string PathOf(StoredFile file) => Path.Combine(_options.Dir, file.Path);

    // Files that a crash left before any manifest named them; and a file that is named must be there.
    private void DeleteStrangers()
    {
        HashSet<string> named = [.. _manifest.Files.Select(file => Path.GetFullPath(PathOf(file)))];
        foreach (FileKind kind in Enum.GetValues<FileKind>())
        {
            string folder = Path.Combine(_options.Dir, FolderOf(kind));
            Directory.CreateDirectory(folder);
            foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                if (!named.Remove(Path.GetFullPath(path))) File.Delete(path);
        }
        if (named.Count > 0) throw new StoreException($"flow store: {named.First()}: named in the manifest, and not there ({named.Count} such); restore the folder from a backup");
    }

    internal static string FolderOf(FileKind kind) => kind switch
    {
        FileKind.Flows => "flows",
        FileKind.Hours => "hours",
        FileKind.Minutes => "minutes",
        FileKind.Totals => "totals",
        FileKind.Names => "names",
        _ => "events",
    };

    // What is to be seen now: called with _ingest (or before there is anybody else), shown with _swap.
    private FileView View()
    {
        HashSet<string> dirty = [];
        foreach (StoredFile file in _manifest.Files)
            if (file.Kind == FileKind.Flows && _dead.Count > 0 && _dead.GetViewBetween(file.From, file.To).Count > 0) dirty.Add(file.Path);
        return new FileView(_manifest.Files, dirty, _frozen is { } frozen ? [frozen.Tail.Shown, _tail.Shown] : [_tail.Shown], _waitingFolder);
    }

    private void Bury(IEnumerable<long> rows)
    {
        using DuckDBAppender appender = _writer.CreateAppender("dead");
        foreach (long row in rows)
            if (_dead.Add(row)) appender.CreateRow().AppendValue((long?)row).EndRow();
    }
}
