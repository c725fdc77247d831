namespace Exeat.Flows;

/// <summary>Cuts a stream into lines. A line longer than the limit is given in pieces, which no reader takes for an event.</summary>
internal sealed class LineSource(Stream stream)
{
    // Far above the longest event (about 50 KiB with every name and escape).
    private const int MaxLineBytes = 1 << 20;

    private byte[] _bytes = new byte[1 << 16];
    private int _start, _end;

    /// <summary>Bytes after the last line end, once <see cref="Next"/> has returned null.</summary>
    public int Rest => _end - _start;

    public byte[]? Next()
    {
        int searched = 0;
        while (true)
        {
            int at = _bytes.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (at >= 0) return Take(searched + at, skip: 1);
            searched = Rest;
            if (Rest >= MaxLineBytes) return Take(Rest - 1, skip: 1);
            if (!Fill()) return null;
        }
    }

    private byte[] Take(int length, int skip)
    {
        byte[] line = _bytes.AsSpan(_start, length).ToArray();
        _start += length + skip;
        return line;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, Rest).CopyTo(_bytes);
            (_start, _end) = (0, Rest);
        }
        if (_end == _bytes.Length) Array.Resize(ref _bytes, _bytes.Length * 2);
        int read = stream.Read(_bytes, _end, _bytes.Length - _end);
        _end += read;
        return read > 0;
    }
}
