using System.Collections.Concurrent;
using Exeat.Flows;

namespace Exeat.Store;

/// <summary>A batch as it was read, on its way to be written.</summary>
/// <param name="gateway">Who sent it.</param>
/// <param name="received">When it came.</param>
/// <param name="lists">Lists to be used again; null: those of its own.</param>
internal sealed class IncomingBatch(string gateway, DateTimeOffset received, ConcurrentBag<List<ReadEvent>>? lists = null)
{
    /// <summary>Lists of more are not kept for the next batch. Below it they are, since those of a usual batch are large objects, and each new one brings on a collection of all that lives.</summary>
    public const int MostKept = 1 << 14;

    /// <summary>So many lists are kept: those of eight batches at once, about a megabyte each.</summary>
    public const int MostLists = 16;

    // No gateway wrote a record before there were any; a clock that is a day ahead is broken rather than skewed.
    private static readonly DateTimeOffset Earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan MostAhead = TimeSpan.FromDays(1);

    private ReadOnlyMemory<byte> _lines;

    public string Gateway { get; } = gateway;

    public DateTimeOffset Received { get; } = received;

    public List<ReadEvent> Events { get; } = Taken(lists);

    /// <summary>Those of <see cref="Events"/> that are new.</summary>
    public List<ReadEvent> Fresh { get; } = Taken(lists);

    public int Refused { get; private set; }

    public bool IsDone { get; private set; }

    public IngestResult Result { get; private set; }

    public void Done(IngestResult result) => (Result, IsDone) = (result, true);

    /// <summary>Nobody reads it any more: its lists are given back.</summary>
    public void Release()
    {
        if (lists is null) return;
        foreach (List<ReadEvent> list in new[] { Events, Fresh })
        {
            if (list.Capacity > MostKept) continue;
            list.Clear();
            // Counted and added as one: several batches end at a time.
            lock (lists)
            {
                if (lists.Count < MostLists) lists.Add(list);
            }
        }
    }

    /// <summary>The new lines, one after the other, as they are written ahead.</summary>
    public ReadOnlyMemory<byte> FreshLines()
    {
        if (Refused == 0 && Fresh.Count == Events.Count && _lines.Span is [.., (byte)'\n']) return _lines;
        byte[] made = new byte[Fresh.Sum(read => read.Line.Length + 1)];
        int at = 0;
        foreach (ReadEvent read in Fresh)
        {
            read.Line.Span.CopyTo(made.AsSpan(at));
            at += read.Line.Length;
            made[at++] = (byte)'\n';
        }
        return made;
    }

    public void Read(ReadOnlyMemory<byte> lines, EventReader reader)
    {
        _lines = lines;
        string origin = "";
        while (!lines.IsEmpty)
        {
            int end = lines.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? default : lines[(end + 1)..];
            if (line.Span is [.., (byte)'\r']) line = line[..^1];
            if (line.IsEmpty) continue;
            if (line.Length > FlowEvent.MaxLineBytes || reader.TryRead(line.Span, default, out FlowEvent? read) != LineRead.Found || !EventKey.TryParse(read!.Id, origin, out EventKey key))
            {
                Refused++;
                continue;
            }
            origin = key.Origin;
            Events.Add(Placed(read, line, key));
        }
    }

    private static List<ReadEvent> Taken(ConcurrentBag<List<ReadEvent>>? lists) => lists is not null && lists.TryTake(out List<ReadEvent>? list) ? list : [];

    private ReadEvent Placed(FlowEvent read, ReadOnlyMemory<byte> line, EventKey key)
    {
        bool isAbsurd = read.Time < Earliest || read.Time > Received + MostAhead;
        return new ReadEvent(PossibleTexts.Of(PossibleCounts.Of(read), line.Length), line, key, Microseconds.Of(isAbsurd ? Received : read.Time), isAbsurd, read.Flow is null ? default : UnitId.OfFlow(read.Flow));
    }
}
