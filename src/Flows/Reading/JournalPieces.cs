namespace Exeat.Flows;

/// <summary>Reads a journal as bytes, in pieces of whole lines, from any place in it and beside the gateway that writes it: for whoever carries it elsewhere.</summary>
/// <remarks>Nothing is interpreted. A line without its end is left to the next call, unless nobody writes it any more.</remarks>
public sealed class JournalPieces(string directory)
{
    private byte[] _bytes = [];

    /// <summary>
    /// The next lines after a place, at most so many bytes (a longer line comes alone, up to <paramref name="mostBytes"/> × 4); null: there is nothing new. The bytes hold until the next call.
    /// </summary>
    public JournalPiece? Next(JournalPosition from, int mostBytes)
    {
        List<SegmentFile> segments = SegmentFile.List(directory);
        JournalGap? gap = null;
        for (int i = 0; i < segments.Count; i++)
        {
            SegmentFile segment = segments[i];
            int order = (segment.Epoch, segment.Number).CompareTo((from.Epoch, from.Number));
            if (order < 0) continue;
            if (order > 0)
            {
                // Segments go oldest first: when the one in which reading stood is not there, nothing between it and this one is.
                if (i == 0 && from != default) gap = new JournalGap(from, segment.Epoch, segment.Number);
                from = new JournalPosition(segment.Epoch, segment.Number, 0, 0);
            }
            JournalPosition before = from;
            ReadOnlyMemory<byte> lines = Read(segment, ref from, mostBytes, isLast: i == segments.Count - 1);
            if (lines.Length > 0 || gap is not null || from != before) return new JournalPiece(lines, from, gap);
        }
        return null;
    }

    /// <summary>Bytes after a place.</summary>
    public long BytesAfter(JournalPosition from)
    {
        long bytes = 0;
        foreach (SegmentFile segment in SegmentFile.List(directory))
        {
            int order = (segment.Epoch, segment.Number).CompareTo((from.Epoch, from.Number));
            if (order >= 0) bytes += Math.Max(0, segment.Length - (order == 0 ? from.Offset : 0));
        }
        return bytes;
    }

    private ReadOnlyMemory<byte> Read(SegmentFile segment, ref JournalPosition at, int mostBytes, bool isLast)
    {
        FileStream stream;
        try
        {
            stream = SegmentFile.Open(segment.Path);
        }
        catch (FileNotFoundException)
        {
            return default; // retired between listing and opening: the next call sees the gap
        }
        using (stream)
        {
            // Shorter than where we stood: somebody cut it, and what follows is new.
            if (stream.Length < at.Offset) at = at with { Offset = stream.Length };
            for (int most = mostBytes; most <= mostBytes * 4; most *= 2)
            {
                if (_bytes.Length < most) _bytes = new byte[most];
                stream.Position = at.Offset;
                int read = stream.ReadAtLeast(_bytes.AsSpan(0, most), most, throwOnEndOfStream: false);
                int whole = _bytes.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
                if (whole == 0 && read == most) continue;
                // A piece of a line: in the last segment the writer may still be at it, elsewhere nobody is.
                if (whole == 0) return isLast || read == 0 ? default : Pass(ref at, read);
                at = at with { Offset = at.Offset + whole, Lines = at.Lines + _bytes.AsSpan(0, whole).Count((byte)'\n') };
                return _bytes.AsMemory(0, whole);
            }
            // No line of ours is that long.
            return Pass(ref at, mostBytes * 4);
        }
    }

    private static ReadOnlyMemory<byte> Pass(ref JournalPosition at, int bytes)
    {
        at = at with { Offset = at.Offset + bytes };
        return default;
    }
}
