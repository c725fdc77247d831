namespace Exeat.Gateway.Judging;

/// <summary>The bytes of a client's stream that the gateway keeps: what was approved until the server has it, and behind it what is not yet judged.</summary>
/// <remarks>
/// <code>
///   0 = Start              Approved                Here            pieces beyond a gap
///   |── let go; the server ──|── held: to be judged ──|     |─────|   |───|
///       may not have it yet
/// </code>
/// Places are counted from <see cref="Start"/>, which is an offset in the stream from the anchor that the server's SYN-ACK gave. Whatever overlaps bytes that are here
/// must be identical to them.
/// </remarks>
internal sealed class ClientStream
{
    /// <summary>Gaps beyond this are not remembered. 128: more than the segments that a client may send before an answer (RFC 6928: ten).</summary>
    public const int MostPieces = 128;

    private byte[] _bytes = [];
    private (int From, int To)[] _pieces = [];
    private int _count;
    private int _head;

    /// <summary>Offset in the stream of the first byte that is kept.</summary>
    public uint Start { get; private set; }

    /// <summary>Place after the last approved byte.</summary>
    public int Approved { get; private set; }

    /// <summary>Place after the last byte before the first gap.</summary>
    public int Here { get; private set; }

    /// <summary>How many bytes wait for their judgement, gaps aside.</summary>
    public int Held => Here - Approved;

    /// <summary>Whether nothing waits, beyond gaps either.</summary>
    public bool IsSettled => Held == 0 && _count == 0;

    /// <summary>Whether nothing is kept.</summary>
    public bool IsEmpty => Top == 0;

    /// <summary>Offset in the stream after the last approved byte.</summary>
    public uint ApprovedEnd => Start + (uint)Approved;

    public int Capacity => _bytes.Length;

    private int Top => _count > 0 ? _pieces[_count - 1].To : Here;

    /// <summary>Begins a new stream; the buffer stays.</summary>
    public void Begin(uint start = 0) => (Start, Approved, Here, _count, _head) = (start, 0, 0, 0, 0);

    /// <summary>The place of an offset; negative for what the server has, or what never was its.</summary>
    public int PlaceOf(uint offset) => (int)(offset - Start);

    public ReadOnlySpan<byte> Bytes(int from, int to) => _bytes.AsSpan(_head + from, to - from);

    /// <summary>Whether bytes up to this place find room in the buffer that is there.</summary>
    public bool Fits(int end) => end <= _bytes.Length;

    /// <summary>Takes a larger buffer, or none, and returns the one it had.</summary>
    public byte[] Change(byte[] buffer)
    {
        if (buffer.Length >= Top) Bytes(0, Top).CopyTo(buffer);
        else Begin(ApprovedEnd);
        byte[] old = _bytes;
        (_bytes, _head) = (buffer, 0);
        return old;
    }

    /// <summary>Whether bytes at this place say the same as those that are here.</summary>
    public bool Agrees(int at, ReadOnlySpan<byte> bytes)
    {
        if (!AgreesWith(0, Here, at, bytes)) return false;
        for (int i = 0; i < _count; i++)
        {
            if (!AgreesWith(_pieces[i].From, _pieces[i].To, at, bytes)) return false;
        }
        return true;
    }

    /// <summary>Puts bytes to their place, which must fit.</summary>
    public Placed Place(int at, ReadOnlySpan<byte> bytes)
    {
        if (!Agrees(at, bytes)) return Placed.Conflict;
        int end = at + bytes.Length;
        if (end <= Here) return Placed.Known;
        if (end > _bytes.Length - _head) Compact();
        if (at > Here) return PlaceBeyond(at, end, bytes);
        bytes.CopyTo(_bytes.AsSpan(_head + at));
        Here = end;
        int joined = 0;
        while (joined < _count && _pieces[joined].From <= Here) Here = Math.Max(Here, _pieces[joined++].To);
        RemovePieces(0, joined);
        return Placed.Fresh;
    }

    /// <summary>Bytes up to this place may go.</summary>
    public void Approve(int end) => Approved = end;

    /// <summary>The server has what was approved up to this place: it need not be kept.</summary>
    public void Acknowledge(int end)
    {
        Start += (uint)end;
        Approved -= end;
        Here -= end;
        _head += end;
        for (int i = 0; i < _count; i++) _pieces[i] = (_pieces[i].From - end, _pieces[i].To - end);
        if (Top == 0) _head = 0;
    }

    private bool AgreesWith(int from, int to, int at, ReadOnlySpan<byte> bytes)
    {
        int first = Math.Max(from, at), last = Math.Min(to, at + bytes.Length);
        return first >= last || bytes[(first - at)..(last - at)].SequenceEqual(Bytes(first, last));
    }

    private Placed PlaceBeyond(int at, int end, ReadOnlySpan<byte> bytes)
    {
        int first = 0;
        while (first < _count && _pieces[first].To < at) first++;
        if (first < _count && _pieces[first].From <= at && _pieces[first].To >= end) return Placed.Known;
        int last = first;
        (int from, int to) = (at, end);
        for (; last < _count && _pieces[last].From <= end; last++) (from, to) = (Math.Min(from, _pieces[last].From), Math.Max(to, _pieces[last].To));
        if (first == last)
        {
            if (_count == MostPieces) return Placed.Scattered;
            if (_pieces.Length == 0) _pieces = new (int, int)[MostPieces];
            Array.Copy(_pieces, first, _pieces, first + 1, _count - first);
            _count++;
        }
        else RemovePieces(first + 1, last);
        _pieces[first] = (from, to);
        bytes.CopyTo(_bytes.AsSpan(_head + at));
        return Placed.Fresh;
    }

    private void RemovePieces(int from, int to)
    {
        Array.Copy(_pieces, to, _pieces, from, _count - to);
        _count -= to - from;
    }

    private void Compact()
    {
        _bytes.AsSpan(_head, Top).CopyTo(_bytes);
        _head = 0;
    }
}
