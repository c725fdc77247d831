using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Exeat.Flows;

namespace Exeat.Store;

/// <summary>One who follows: a bounded buffer, and a count of what did not fit into it.</summary>
internal sealed class LiveSubscriber(TailFilter filter)
{
    /// <summary>A few seconds of a busy gateway.</summary>
    public const int MostLines = 4096;

    /// <summary>Bytes of those lines: what as many usual ones have, several times over. Long ones are fewer.</summary>
    public const int MostBytes = 8 << 20;

    private readonly Channel<TailLine> _lines = Channel.CreateBounded<TailLine>(new BoundedChannelOptions(MostLines) { SingleReader = true });
    private long _lost, _bytes;

    /// <summary>False: it did not fit.</summary>
    public bool Tell(string gateway, FlowEvent read, ReadOnlyMemory<byte> line, ref byte[]? copy)
    {
        if (!filter.Matches(gateway, read)) return true;
        // The line's own memory is used again once it is shown.
        copy ??= line.ToArray();
        long lost = Interlocked.Exchange(ref _lost, 0);
        // Counted before it is there to be taken: the reader never takes off what was not added.
        if (Interlocked.Add(ref _bytes, copy.Length) <= MostBytes && _lines.Writer.TryWrite(new TailLine(gateway, copy, lost))) return true;
        Interlocked.Add(ref _bytes, -copy.Length);
        Interlocked.Add(ref _lost, lost + 1);
        return false;
    }

    public void Complete() => _lines.Writer.TryComplete();

    public async IAsyncEnumerable<TailLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (TailLine line in _lines.Reader.ReadAllAsync(cancellation))
        {
            Interlocked.Add(ref _bytes, -line.Line.Length);
            yield return line;
        }
    }
}
