using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;
using Exeat.Link.Connection;
using Microsoft.Extensions.Logging;

namespace Exeat.Link.Records;

/// <summary>
/// Carries the journal to control: piece after piece, each until it is acknowledged, and only then the next. One piece is in memory; the journal itself is the queue, and the gateway never
/// waits for any of this.
/// </summary>
internal sealed class RecordShipping(ControlConnection control, string journalDir, LinkFolder folder, TimeProvider time, ILogger log)
{
    // About two thousand records: a tenth of a second of a busy gateway, a few dozen KiB packed.
    internal const int BatchBytes = 1 << 20;

    // How old a record is at most before it is on its way, when nothing is behind it.
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(250);

    // After days without control: eight batches a second keep control's other gateways, and this machine, at their work.
    private static readonly TimeSpan BatchEvery = TimeSpan.FromMilliseconds(125);

    private readonly Attempts _attempts = new("the records' shipping", control, time, log);
    private readonly JournalPieces _pieces = new(journalDir);
    private ShippedState _state = Read(folder.Shipped);
    private long _shipped;
    private DateTimeOffset? _waiting;
    private readonly Lock _gate = new();
    private volatile string? _seen;

    public string? Problem => _attempts.Problem;

    /// <summary>Raised when records go again after they did not.</summary>
    public event Action? Recovered
    {
        add => _attempts.Recovered += value;
        remove => _attempts.Recovered -= value;
    }

    /// <summary>Records acknowledged since the start.</summary>
    public long Shipped => Volatile.Read(ref _shipped);

    /// <summary>Records that went before they were acknowledged.</summary>
    public long Lost => Volatile.Read(ref _state).Lost;

    /// <summary>Bytes that wait, and for how long the oldest has been waiting.</summary>
    public (long Bytes, TimeSpan Age) Lag
    {
        get
        {
            DateTimeOffset? waiting;
            lock (_gate) waiting = _waiting;
            long bytes = Directory.Exists(journalDir) ? new JournalPieces(journalDir).BytesAfter(Volatile.Read(ref _state).Position) : 0;
            TimeSpan age = waiting is { } since ? time.GetUtcNow() - since : TimeSpan.Zero;
            return (bytes, age > TimeSpan.Zero ? age : TimeSpan.Zero);
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            long began = time.GetTimestamp();
            bool isMore = false;
            await _attempts.TryAsync(async () => isMore = await OnceAsync(stop).ConfigureAwait(false), stop).ConfigureAwait(false);
            TimeSpan wait = (isMore ? BatchEvery : PollEvery) - time.GetElapsedTime(began);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Control's flow store as a report's answer names it: where nothing waits to be sent, only that tells of another one.</summary>
    public void Seen(string? store) => _seen = store;

    // Ships one piece. False: there was none.
    internal async Task<bool> OnceAsync(CancellationToken stop)
    {
        if (_seen is { } seen && _state.Store is { } known && known != seen) BeginAgain(seen);
        if (NextPiece() is not { } piece)
        {
            lock (_gate) _waiting = null;
            return false;
        }
        ShippedState next = _state with { Position = piece.Next };
        if (piece.Gap is { } gap) next = next.With(gap);
        if (piece.Bytes.Length > 0)
        {
            lock (_gate) _waiting = TimeOfFirst(piece.Bytes.Span) ?? _waiting ?? time.GetUtcNow();
            RecordsAnswer answer = await control.ShipAsync(piece.Bytes, stop).ConfigureAwait(false);
            if (answer.Refused + answer.Foreign > 0) log.LinesRefused(answer.Refused, answer.Foreign);
            Volatile.Write(ref _shipped, _shipped + answer.Accepted + answer.Duplicates);
            long lost = RetiredSegments.Lost(piece.Bytes.Span, next.Gaps);
            if (lost > 0) log.Lost(lost);
            next = next with { Lost = next.Lost + lost, Store = answer.Store };
            _seen = answer.Store;
            if (_state.Store is { } before && before != answer.Store)
            {
                BeginAgain(answer.Store);
                return true;
            }
        }
        Keep(next);
        return true;
    }

    // What the other store had may be nowhere but here. Its duplicates cost only their way.
    private void BeginAgain(string store)
    {
        log.AnotherStore();
        Keep(_state with { Position = default, Store = store });
    }

    private JournalPiece? NextPiece()
    {
        try
        {
            return Directory.Exists(journalDir) ? _pieces.Next(_state.Position, BatchBytes) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlUnreachable($"the journal cannot be read: {e.Message}; give this program's user the right to read {journalDir} (the gateway's group)", e);
        }
    }

    private void Keep(ShippedState next)
    {
        try
        {
            AtomicFile.Write(folder.Shipped, JsonSerializer.Serialize(next, LinkStateJson.Default.ShippedState) + "\n", AtomicFile.Private);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not kept is sent again after a restart: control drops what it has. Going on without it would only repeat more.
            throw new ControlUnreachable($"{folder.Shipped} cannot be written: {e.Message}", e);
        }
        Volatile.Write(ref _state, next);
    }

    /// <summary>An unreadable file is the journal's beginning: at least once, never less.</summary>
    internal static ShippedState Read(string path)
    {
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize(File.ReadAllText(path), LinkStateJson.Default.ShippedState) is { V: ShippedState.CurrentVersion } read ? read : new ShippedState();
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return new ShippedState();
        }
    }

    private static DateTimeOffset? TimeOfFirst(ReadOnlySpan<byte> lines)
    {
        try
        {
            var json = new Utf8JsonReader(lines[..Math.Max(0, lines.IndexOf((byte)'\n'))]);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool isTime = json.ValueTextEquals("time"u8);
                json.Read();
                if (isTime) return json.TokenType == JsonTokenType.String && json.TryGetDateTimeOffset(out DateTimeOffset found) ? found : null;
                json.Skip();
            }
        }
        catch (JsonException)
        {
            // No record; control counts it.
        }
        return null;
    }
}
