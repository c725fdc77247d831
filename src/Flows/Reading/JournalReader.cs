using System.Runtime.CompilerServices;

namespace Exeat.Flows;

/// <summary>Reads a journal, also while a gateway writes it. Every event comes once, in the order of writing.</summary>
/// <remarks>Lines that are no events are counted and passed over; a newer major version is refused, because its fields may mean something else.</remarks>
public sealed class JournalReader
{
    private readonly string _directory;
    private readonly SeenEvents _seen = new();
    private readonly EventReader _events = new();
    private long _epoch, _number, _offset;

    /// <summary>Throws <see cref="JournalException"/> when there is no such directory.</summary>
    public JournalReader(string directory)
    {
        if (!Directory.Exists(directory)) throw new JournalException($"journal: {directory}: no such directory");
        _directory = directory;
    }

    /// <summary>Lines that could not be read so far.</summary>
    public long Corrupt { get; private set; }

    /// <summary>Reads from where the last call stopped to the present end. A last line without its end is left for the next call.</summary>
    public IEnumerable<FlowEvent> Read(DateTimeOffset since = default)
    {
        List<SegmentFile> segments = SegmentFile.List(_directory);
        for (int i = 0; i < segments.Count; i++)
        {
            SegmentFile segment = segments[i];
            if ((segment.Epoch, segment.Number).CompareTo((_epoch, _number)) < 0) continue;
            if ((segment.Epoch, segment.Number) != (_epoch, _number)) (_epoch, _number, _offset) = (segment.Epoch, segment.Number, 0);
            foreach (FlowEvent read in ReadSegment(segment, isLast: i == segments.Count - 1))
                if (read.Time >= since) yield return read;
        }
    }

    /// <summary>
    /// The events of each segment, the newest segment first and each in the order of writing: for whoever looks for the last word on a few things. Lines that are not <paramref name="worth"/> it
    /// are not read. Moves nothing for the other methods.
    /// </summary>
    public IEnumerable<IEnumerable<FlowEvent>> Backwards(Func<ReadOnlySpan<byte>, bool> worth)
    {
        List<SegmentFile> segments = SegmentFile.List(_directory);
        for (int i = segments.Count - 1; i >= 0; i--) yield return ReadWhole(segments[i], worth);
    }

    /// <summary>Passes over what is written so far, except for the last segments that together hold <paramref name="events"/> events.</summary>
    public void SkipToLast(int events)
    {
        List<SegmentFile> segments = SegmentFile.List(_directory);
        long found = 0;
        for (int i = segments.Count - 1; i >= 0 && found < events; i--)
        {
            found += segments[i].CountLines();
            (_epoch, _number, _offset) = (segments[i].Epoch, segments[i].Number, 0);
        }
    }

    /// <summary>Passes over all but the last bytes of the newest segment, without reading the rest: for whoever wants only the newest events, and soon.</summary>
    public void SkipToTail(int bytes)
    {
        List<SegmentFile> segments = SegmentFile.List(_directory);
        if (segments.Count == 0) return;
        SegmentFile last = segments[^1];
        (_epoch, _number, _offset) = (last.Epoch, last.Number, 0);
        if (last.Length <= bytes) return;
        using FileStream stream = SegmentFile.Open(last.Path);
        stream.Position = last.Length - bytes;
        byte[] tail = new byte[bytes];
        int end = tail.AsSpan(0, stream.ReadAtLeast(tail, bytes, throwOnEndOfStream: false)).IndexOf((byte)'\n');
        // No line end in there: nothing of it is a whole line.
        _offset = end < 0 ? last.Length : last.Length - bytes + end + 1;
    }

    /// <summary>Reads on and on until cancelled, looking again every <paramref name="every"/>.</summary>
    public async IAsyncEnumerable<FlowEvent> FollowAsync(TimeProvider time, TimeSpan every, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (!cancellation.IsCancellationRequested)
        {
            foreach (FlowEvent read in Read()) yield return read;
            await Task.Delay(every, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private IEnumerable<FlowEvent> ReadWhole(SegmentFile segment, Func<ReadOnlySpan<byte>, bool> worth)
    {
        using FileStream? stream = Open(segment);
        if (stream is null) yield break;
        var lines = new LineSource(stream);
        while (lines.Next() is { } line)
            if (worth(line) && Parse(line, segment) is { } read) yield return read;
    }

    // Null: retired between listing and opening.
    private static FileStream? Open(SegmentFile segment)
    {
        try
        {
            return SegmentFile.Open(segment.Path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private IEnumerable<FlowEvent> ReadSegment(SegmentFile segment, bool isLast)
    {
        FileStream? stream = Open(segment);
        if (stream is null) yield break;
        using (stream)
        {
            stream.Position = _offset;
            var lines = new LineSource(stream);
            while (lines.Next() is { } line)
            {
                _offset += line.Length + 1;
                if (Parse(line, segment) is { } read && _seen.Add(read.Id)) yield return read;
            }
            // A piece of a line: in the last segment the writer may still be at it, elsewhere nobody is.
            if (lines.Rest > 0 && !isLast)
            {
                Corrupt++;
                _offset += lines.Rest;
            }
        }
    }

    private FlowEvent? Parse(byte[] line, SegmentFile segment)
    {
        LineRead result = _events.TryRead(line, out FlowEvent? read);
        if (result == LineRead.Newer)
            throw new JournalException($"journal: {segment.Path}: written by a newer release (major version above {EventLine.Version}); read it with that release");
        if (result == LineRead.Corrupt) Corrupt++;
        return read;
    }
}
