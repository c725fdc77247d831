using DuckDB.NET.Data;
using Exeat.Flows;

namespace Exeat.Store;

public sealed partial class FlowStore
{
    // Shown at once when so many wait, so that memory is bounded; refused when showing does not succeed.
    private const int ShowAtOnce = 4_000, MostPending = 200_000;

    // Not converted: ten times what a conversion takes is behind for another reason than load.
    private const int MostConversionsBehind = 10;

    private long _accepted, _duplicates, _refused, _fullBatches, _absurd, _pendingSince;
    private bool _isFull;
    private string? _lastError;

    /// <summary>Takes lines of a gateway, as they are in its journal. Returns when the new ones are on disk, so that they may be acknowledged.</summary>
    /// <remarks>Callers that come at the same time share one write and one sync.</remarks>
    public IngestResult Append(string gateway, ReadOnlySpan<byte> lines, DateTimeOffset received)
    {
        ArgumentException.ThrowIfNullOrEmpty(gateway);
        if (gateway.Length > 256) throw new ArgumentException("a gateway's identity has at most 256 characters", nameof(gateway));
        if (lines.Length > WriteAheadBatch.MaxBytes) throw new ArgumentException($"a batch has at most {WriteAheadBatch.MaxBytes} bytes", nameof(lines));
        var batch = new IncomingBatch(gateway, received);
        if (!_readers.TryTake(out EventReader? reader)) reader = new EventReader();
        batch.Read(lines, reader);
        _readers.Add(reader);
        _waiting.Enqueue(batch);
        lock (_ingest)
        {
            while (!batch.IsDone) CommitWaiting();
        }
        return batch.Result;
    }

    // One group: everything that waits, up to the size of one batch more or less.
    private void CommitWaiting()
    {
        List<IncomingBatch> group = [];
        for (long bytes = 0; bytes < WriteAheadBatch.MaxBytes && _waiting.TryDequeue(out IncomingBatch? batch);)
        {
            group.Add(batch);
            foreach (ReadEvent read in batch.Events) bytes += read.Event.Raw.Length;
        }
        try
        {
            _isFull = !HasRoom() || !TryWrite(group);
        }
        catch (Exception error) when (error is DuckDBException or IOException)
        {
            (_isFull, _lastError) = (true, $"append: {error.Message}");
        }
        finally
        {
            foreach (IncomingBatch batch in group)
                if (!batch.IsDone) batch.Done(IngestResult.StoreFull);
        }
        if (_isFull) _fullBatches += group.Count;
        if (_pending.Count >= ShowAtOnce) TryShow();
    }

    private bool HasRoom()
    {
        if (_pending.Count > MostPending || (_frozen?.Tail.Count ?? 0) + _tail.Count > (long)MostConversionsBehind * _options.ConvertEvents) return false;
        return new DriveInfo(_options.Dir).AvailableFreeSpace >= _options.MinFreeBytes;
    }

    // Everything that can fail comes before the write, or is the write.
    private bool TryWrite(List<IncomingBatch> group)
    {
        using var frames = new MemoryStream();
        HashSet<(string, EventKey)> inGroup = [];
        List<FlowUnit> returned = [];
        foreach (IncomingBatch batch in group)
        {
            Sift(batch, inGroup);
            HashSet<Guid> missing = _units.Missing(batch.Gateway, batch.Fresh);
            if (missing.Count > 0) returned.AddRange(ReadUnits(batch.Gateway, missing));
            if (batch.Fresh.Count > 0) Frame(frames, batch);
        }
        if (frames.Length > 0 && !_wal.Write(frames.GetBuffer().AsSpan(0, (int)frames.Length))) return false;
        foreach (FlowUnit unit in returned.DistinctBy(unit => (unit.Gateway, unit.Id))) _units.Return(unit);
        foreach (IncomingBatch batch in group)
        {
            Take(batch);
            int duplicates = batch.Events.Count - batch.Fresh.Count;
            (_accepted, _duplicates, _refused) = (_accepted + batch.Fresh.Count, _duplicates + duplicates, _refused + batch.Refused);
            batch.Done(new IngestResult(batch.Fresh.Count, duplicates, batch.Refused, IsFull: false));
        }
        return true;
    }

    // What is new of a batch.
    private void Sift(IncomingBatch batch, HashSet<(string, EventKey)> inGroup)
    {
        List<ReadEvent> uncertain = [];
        foreach (ReadEvent read in batch.Events)
        {
            Seen seen = _seen.Look(batch.Gateway, read.Key);
            if (seen == Seen.Before || !inGroup.Add((batch.Gateway, read.Key))) continue;
            if (seen == Seen.Uncertain) uncertain.Add(read);
            else batch.Fresh.Add(read);
        }
        if (uncertain.Count == 0) return;
        HashSet<EventKey> stored = StoredKeys(batch.Gateway, uncertain);
        batch.Fresh.AddRange(uncertain.Where(read => !stored.Contains(read.Key)));
    }

    private static void Frame(MemoryStream frames, IncomingBatch batch)
    {
        using var lines = new MemoryStream();
        foreach (ReadEvent read in batch.Fresh)
        {
            lines.Write(read.Event.Raw.Span);
            lines.WriteByte((byte)'\n');
        }
        WriteAheadBatch.Write(frames, batch.Gateway, batch.Received, lines.GetBuffer().AsSpan(0, (int)lines.Length));
    }

    // Counted on from here; in memory only, so it cannot fail.
    private void Take(IncomingBatch batch)
    {
        if (_pending.Count == 0) _pendingSince = _time.GetTimestamp();
        foreach (ReadEvent read in batch.Fresh)
        {
            _seen.Add(batch.Gateway, read.Key);
            _units.Fold(batch.Gateway, read);
            _pending.Add(new PendingEvent(batch.Gateway, read, _nextArrival++));
            if (read.IsAbsurd) _absurd++;
            _live.Tell(batch.Gateway, read.Event);
        }
    }

    // What was acknowledged and is not Parquet yet.
    private void Replay()
    {
        var reader = new EventReader();
        foreach (long number in _wal.Numbers().Where(number => number > _manifest.WalThrough))
        {
            byte[] bytes = _wal.Read(number) ?? throw new StoreException($"flow store: write-ahead file {number} is larger than any that was written; restore the folder from a backup");
            for (ReadOnlySpan<byte> rest = bytes; !rest.IsEmpty;)
            {
                if (!WriteAheadBatch.TryRead(rest, out WriteAheadBatch read, out int used))
                {
                    // Torn: never acknowledged. What comes after it, if anything, begins at a head line.
                    int next = rest[1..].IndexOf("\nexeat-wal 1 "u8);
                    rest = next < 0 ? [] : rest[(next + 2)..];
                    continue;
                }
                rest = rest[used..];
                var batch = new IncomingBatch(read.Gateway, read.Received);
                batch.Read(read.Lines, reader);
                Sift(batch, []);
                HashSet<Guid> missing = _units.Missing(batch.Gateway, batch.Fresh);
                if (missing.Count > 0)
                    foreach (FlowUnit unit in ReadUnits(batch.Gateway, missing)) _units.Return(unit);
                Take(batch);
                if (_pending.Count >= ShowAtOnce) Show();
            }
        }
        Show();
    }

    private bool TryShow()
    {
        try
        {
            Show();
            return true;
        }
        catch (DuckDBException error)
        {
            _lastError = $"show: {error.Message}";
            return false;
        }
    }

    /// <summary>Hands what came in to the engine: from then on queries see it.</summary>
    internal void Show()
    {
        lock (_ingest)
        {
            if (_pending.Count == 0 && _units.Changed.Count == 0) return;
            var before = _units.Changed.Select(unit => (Unit: unit, unit.Row, unit.Shared)).ToList();
            long nextRow = _nextRow;
            try
            {
                ShowAll(before.Where(was => was.Row != 0).Select(was => was.Row).ToList());
            }
            catch (DuckDBException)
            {
                // As if it had not been tried.
                foreach ((FlowUnit unit, long row, RollUpShare? shared) in before) (unit.Row, unit.Shared, unit.IsChanged) = (row, shared, true);
                _nextRow = nextRow;
                throw;
            }
            _pending.Clear();
            _units.Shown();
        }
    }

    private void ShowAll(List<long> replaced)
    {
        StoreEngine.Run(_writer, "BEGIN TRANSACTION");
        try
        {
            using (DuckDBAppender flows = _writer.CreateAppender(_tail.Flows))
            using (DuckDBAppender sums = _writer.CreateAppender(_tail.Sums))
            {
                Dictionary<RollUpKey, (long, long, long)> differences = [];
                foreach (FlowUnit unit in _units.Changed)
                {
                    if (unit.Shared is { } shared) Add(differences, shared, -1);
                    RollUpShare now = RollUpShare.Of(unit);
                    Add(differences, now, +1);
                    (unit.Row, unit.Shared, unit.IsChanged) = (_nextRow++, now, false);
                    FlowColumns.Write(flows.CreateRow(), unit);
                }
                foreach ((RollUpKey key, (long, long, long) sum) in differences)
                    if (sum != default) SumColumns.Write(sums.CreateRow(), key, sum);
            }
            using (DuckDBAppender events = _writer.CreateAppender(_tail.Events))
            {
                foreach (PendingEvent pending in _pending) EventColumns.Write(events.CreateRow(), pending);
            }
            using (DuckDBAppender dead = _writer.CreateAppender("dead"))
            {
                foreach (long row in replaced) dead.CreateRow().AppendValue((long?)row).EndRow();
            }
        }
        catch (DuckDBException)
        {
            StoreEngine.Run(_writer, "ROLLBACK");
            throw;
        }
        lock (_swap)
        {
            StoreEngine.Run(_writer, "COMMIT");
            _tail.Count += _pending.Count;
            _tail.FlowRows += _units.Changed.Count;
            if (replaced.Count == 0) return;
            _dead.UnionWith(replaced);
            _shelf.Show(View(), []);
        }
    }

    private static void Add(Dictionary<RollUpKey, (long Attempts, long BytesOut, long BytesIn)> sums, in RollUpShare share, int sign)
    {
        ref (long Attempts, long BytesOut, long BytesIn) sum = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(sums, share.Key, out _);
        sum = (sum.Attempts + (sign * share.Attempts), sum.BytesOut + (sign * share.BytesOut), sum.BytesIn + (sign * share.BytesIn));
    }
}
