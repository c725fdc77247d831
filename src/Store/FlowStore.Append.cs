using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using Exeat.Flows;

namespace Exeat.Store;

public sealed partial class FlowStore
{
    // Shown at once when so many wait, or so many bytes of lines, so that memory is bounded; refused when showing does not succeed.
    private const int ShowAtOnce = 16_000, ShowBytesAtOnce = 16 << 20, MostPending = 200_000;

    // Not converted: ten times what a conversion takes is behind for another reason than load.
    private const int MostConversionsBehind = 10;

    // Flows whose rows have more text are read back when they go on: so many of them would fill memory.
    private const int LargeRow = 2 << 10;

    // Packed rows of those: of usual lines they are sixty megabytes.
    private const long MostTailBytes = 256 << 20;

    // Used again and again: each new one of this size would be a large object.
    private readonly ConcurrentBag<List<ReadEvent>> _lists = [];
    private readonly GroupKeys _inGroup = new();
    private readonly RowTexts _texts = new();
    private readonly List<(FlowUnit Unit, long Row, RollUpShare? Shared)> _before = [];
    private readonly Dictionary<RollUpKey, (long Attempts, long BytesOut, long BytesIn)> _differences = [];

    private long _accepted, _duplicates, _refused, _fullBatches, _absurd, _pendingSince, _pendingBytes;
    private bool _isFull;
    private string? _lastError;

    /// <summary>Takes lines of a gateway, as they are in its journal. Returns when the new ones are on disk, so that they may be acknowledged.</summary>
    /// <remarks>Callers that come at the same time share one write and one sync.</remarks>
    public IngestResult Append(string gateway, ReadOnlySpan<byte> lines, DateTimeOffset received)
    {
        ArgumentException.ThrowIfNullOrEmpty(gateway);
        if (gateway.Length > 256) throw new ArgumentException("a gateway's identity has at most 256 characters", nameof(gateway));
        if (lines.Length > WriteAheadBatch.MaxBytes) throw new ArgumentException($"a batch has at most {WriteAheadBatch.MaxBytes} bytes", nameof(lines));
        // Memory that is used again: a batch is larger than what the runtime gives back soon.
        byte[] lent = ArrayPool<byte>.Shared.Rent(lines.Length + 1);
        lines.CopyTo(lent);
        int length = lines.Length;
        if (lines is [.., not (byte)'\n']) lent[length++] = (byte)'\n';
        var batch = new IncomingBatch(gateway, received, _lists);
        if (!_readers.TryTake(out EventReader? reader)) reader = new EventReader();
        batch.Read(lent.AsMemory(0, length), reader);
        _readers.Add(reader);
        _waiting.Enqueue(batch);
        lock (_ingest)
        {
            while (!batch.IsDone) CommitWaiting();
        }
        ArrayPool<byte>.Shared.Return(lent);
        batch.Release();
        return batch.Result;
    }

    // One group: everything that waits, up to the size of one batch more or less.
    private void CommitWaiting()
    {
        List<IncomingBatch> group = [];
        for (long bytes = 0; bytes < WriteAheadBatch.MaxBytes && _waiting.TryDequeue(out IncomingBatch? batch);)
        {
            group.Add(batch);
            foreach (ReadEvent read in batch.Events) bytes += read.Line.Length;
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
        if (_pending >= ShowAtOnce || _pendingBytes >= ShowBytesAtOnce) TryShow();
    }

    private bool HasRoom()
    {
        if (_pending > MostPending || _pendingBytes > MostTailBytes || (_frozen?.Tail.Count ?? 0) + _tail.Count > (long)MostConversionsBehind * _options.ConvertEvents) return false;
        if ((_frozen?.Tail.Bytes ?? 0) + _tail.Bytes > MostTailBytes) return false;
        return new DriveInfo(_options.Dir).AvailableFreeSpace >= _options.MinFreeBytes;
    }

    // Everything that can fail comes before the write, or is the write.
    private bool TryWrite(List<IncomingBatch> group)
    {
        List<ReadOnlyMemory<byte>> pieces = [];
        _inGroup.Clear();
        List<FlowUnit> returned = [];
        // All of them first: it may show, and flows that are over leave memory then.
        foreach (IncomingBatch batch in group) Sift(batch, _inGroup);
        foreach (IncomingBatch batch in group)
        {
            HashSet<Guid> missing = _units.Missing(batch.Gateway, batch.Fresh);
            if (missing.Count > 0) returned.AddRange(ReadUnits(batch.Gateway, missing));
            if (batch.Fresh.Count == 0) continue;
            ReadOnlyMemory<byte> lines = batch.FreshLines();
            pieces.AddRange([WriteAheadBatch.Head(batch.Gateway, batch.Received, lines.Span), lines]);
        }
        if (pieces.Count > 0 && !_wal.Write(pieces)) return false;
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
    private void Sift(IncomingBatch batch, GroupKeys inGroup)
    {
        List<ReadEvent> uncertain = [];
        foreach (ref readonly ReadEvent read in CollectionsMarshal.AsSpan(batch.Events))
        {
            Seen seen = _seen.Look(batch.Gateway, read.Key);
            if (seen == Seen.Before || !inGroup.Add(batch.Gateway, read.Key)) continue;
            if (seen == Seen.Uncertain) uncertain.Add(read);
            else batch.Fresh.Add(read);
        }
        if (uncertain.Count == 0) return;
        HashSet<EventKey> stored = StoredKeys(batch.Gateway, uncertain);
        batch.Fresh.AddRange(uncertain.Where(read => !stored.Contains(read.Key)));
    }

    // Counted on from here; in memory only, so it cannot fail.
    private void Take(IncomingBatch batch)
    {
        if (_pending == 0) _pendingSince = _time.GetTimestamp();
        foreach (ref readonly ReadEvent read in CollectionsMarshal.AsSpan(batch.Fresh))
        {
            _seen.Add(batch.Gateway, read.Key);
            _units.Fold(batch.Gateway, read);
            EventColumns.Write(_tail.Events.Row(Microseconds.DayOf(read.Time)), batch.Gateway, read, _nextArrival++);
            _pendingBytes += read.Line.Length;
            if (read.IsAbsurd) _absurd++;
            _live.Tell(batch.Gateway, read.Event, read.Line);
        }
        _pending += batch.Fresh.Count;
    }

    // What was acknowledged and is not Parquet yet.
    private void Replay()
    {
        var reader = new EventReader();
        foreach (long number in _wal.Numbers().Where(number => number > _manifest.WalThrough))
        {
            ReadOnlyMemory<byte> bytes = _wal.Read(number) ?? throw new StoreException($"flow store: write-ahead file {number} is larger than any that was written; restore the folder from a backup");
            for (ReadOnlyMemory<byte> rest = bytes; !rest.IsEmpty;)
            {
                if (!WriteAheadBatch.TryRead(rest.Span, out WriteAheadBatch read, out int used))
                {
                    // Torn: never acknowledged. What comes after it, if anything, begins at a head line.
                    int next = rest.Span[1..].IndexOf("\nexeat-wal 1 "u8);
                    rest = next < 0 ? default : rest[(next + 2)..];
                    continue;
                }
                var batch = new IncomingBatch(read.Gateway, read.Received);
                batch.Read(rest[(used - read.Lines.Length)..used], reader);
                rest = rest[used..];
                Sift(batch, new GroupKeys());
                HashSet<Guid> missing = _units.Missing(batch.Gateway, batch.Fresh);
                if (missing.Count > 0)
                    foreach (FlowUnit unit in ReadUnits(batch.Gateway, missing)) _units.Return(unit);
                Take(batch);
                if (_pending >= ShowAtOnce || _pendingBytes >= ShowBytesAtOnce) Show();
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

    /// <summary>Lets questions see what came in.</summary>
    internal void Show()
    {
        lock (_ingest)
        {
            if (_pending == 0 && _units.Changed.Count == 0) return;
            _before.Clear();
            foreach (FlowUnit unit in _units.Changed) _before.Add((unit, unit.Row, unit.Shared));
            long nextRow = _nextRow;
            try
            {
                ShowAll(_before.Where(was => was.Row != 0).Select(was => was.Row).ToList());
            }
            catch (DuckDBException)
            {
                // As if it had not been tried.
                foreach ((FlowUnit unit, long row, RollUpShare? shared) in _before) (unit.Row, unit.Shared, unit.IsChanged) = (row, shared, true);
                _nextRow = nextRow;
                throw;
            }
            (_pending, _pendingBytes) = (0, 0);
            _units.Shown();
            _before.Clear();
            _differences.Clear();
            if (_before.Capacity > IncomingBatch.MostKept) _before.Capacity = 0;
            if (_differences.Capacity > IncomingBatch.MostKept) _differences.TrimExcess();
        }
    }

    // All that can fail is the engine's part, and comes first.
    private void ShowAll(List<long> replaced)
    {
        if (replaced.Count > 0) AppendDead(replaced);
        lock (_swap)
        {
            if (replaced.Count > 0) StoreEngine.Run(_writer, "COMMIT");
            _differences.Clear();
            foreach (FlowUnit unit in _units.Changed)
            {
                if (unit.Shared is { } shared) Add(_differences, shared, -1);
                RollUpShare now = RollUpShare.Of(unit);
                Add(_differences, now, +1);
                (unit.Row, unit.Shared, unit.IsChanged) = (_nextRow++, now, false);
                unit.IsLarge = FlowColumns.Write(_tail.Flows.Row(Microseconds.DayOf(unit.Began)), unit, _texts) > LargeRow;
            }
            foreach ((RollUpKey key, (long, long, long) sum) in _differences)
                if (sum != default) SumColumns.Write(_tail.Sums.Row(Microseconds.DayOf(key.Minute)), key, sum);
            _tail.Show(_pending, _units.Changed.Count);
            _dead.UnionWith(replaced);
            _shelf.Show(View(), []);
        }
    }

    private void AppendDead(List<long> replaced)
    {
        StoreEngine.Run(_writer, "BEGIN TRANSACTION");
        try
        {
            using DuckDBAppender dead = _writer.CreateAppender("dead");
            foreach (long row in replaced) dead.CreateRow().AppendValue((long?)row).EndRow();
        }
        catch (DuckDBException)
        {
            StoreEngine.Run(_writer, "ROLLBACK");
            throw;
        }
    }

    // What is more than a number holds stays at the largest, as in the engine.
    internal static void Add(Dictionary<RollUpKey, (long Attempts, long BytesOut, long BytesIn)> sums, in RollUpShare share, int sign)
    {
        ref (long Attempts, long BytesOut, long BytesIn) sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, share.Key, out _);
        sum = (Sum(sum.Attempts, sign, share.Attempts), Sum(sum.BytesOut, sign, share.BytesOut), Sum(sum.BytesIn, sign, share.BytesIn));

        static long Sum(long one, int sign, long other) => long.CreateSaturating(one + ((Int128)sign * other));
    }
}
