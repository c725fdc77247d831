using Exeat.Flows;

namespace Exeat.Store;

/// <summary>A batch as it was read, on its way to be written.</summary>
internal sealed class IncomingBatch(string gateway, DateTimeOffset received)
{
    // Far above the longest event (about 50 KiB with every name and escape), as in a journal's reader.
    private const int MaxLineBytes = 1 << 20;

    // No gateway wrote a record before there were any; a clock that is a day ahead is broken rather than skewed.
    private static readonly DateTimeOffset Earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan MostAhead = TimeSpan.FromDays(1);

    public string Gateway { get; } = gateway;

    public DateTimeOffset Received { get; } = received;

    public List<ReadEvent> Events { get; } = [];

    /// <summary>Those of <see cref="Events"/> that are new.</summary>
    public List<ReadEvent> Fresh { get; } = [];

    public int Refused { get; private set; }

    public bool IsDone { get; private set; }

    public IngestResult Result { get; private set; }

    public void Done(IngestResult result) => (Result, IsDone) = (result, true);

    public void Read(ReadOnlySpan<byte> lines, EventReader reader)
    {
        while (!lines.IsEmpty)
        {
            int end = lines.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? [] : lines[(end + 1)..];
            if (line is [.., (byte)'\r']) line = line[..^1];
            if (line.IsEmpty) continue;
            if (line.Length > MaxLineBytes || reader.TryRead(line.ToArray(), out FlowEvent? read) != LineRead.Found || !EventKey.TryParse(read!.Id, out EventKey key)) Refused++;
            else Events.Add(Placed(read, key));
        }
    }

    private ReadEvent Placed(FlowEvent read, EventKey key)
    {
        bool isAbsurd = read.Time < Earliest || read.Time > Received + MostAhead;
        return new ReadEvent(read, key, Microseconds.Of(isAbsurd ? Received : read.Time), isAbsurd);
    }
}
