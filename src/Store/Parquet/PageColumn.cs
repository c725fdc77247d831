using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Exeat.Store;

/// <summary>A column of a row group under way. Values are packed as soon as they fill a page.</summary>
internal sealed class PageColumn(ColumnShape shape)
{
    private const int PageBytes = 1 << 20;

    // Quick, and yet tighter than the engine's quick Zstandard: lines repeat each other within a page.
    private const int Quality = 1, Window = 20;

    private readonly List<PackedPage> _pages = [];
    private readonly List<(int Rows, bool HasValue)> _runs = [];
    private ArrayBufferWriter<byte> _values = new();
    private int _rows;
    private long _least = long.MaxValue, _most = long.MinValue;

    /// <summary>Bytes that it keeps in memory, packed or not.</summary>
    public long Bytes { get; private set; }

    /// <summary>Those of them that are not packed.</summary>
    public int Loose => _values.WrittenCount;

    /// <summary>Bytes of its values as they were written.</summary>
    public long PlainBytes { get; private set; }

    public void Add(long number)
    {
        (_least, _most) = (Math.Min(_least, number), Math.Max(_most, number));
        BinaryPrimitives.WriteInt64LittleEndian(_values.GetSpan(sizeof(long)), number);
        Added(sizeof(long));
    }

    public void Add(int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_values.GetSpan(sizeof(int)), number);
        Added(sizeof(int));
    }

    /// <summary>A byte each until they are packed.</summary>
    public void Add(bool truth)
    {
        _values.GetSpan(1)[0] = truth ? (byte)1 : (byte)0;
        Added(1);
    }

    public void AddNone() => Added(0, hasValue: false);

    public void Add(Guid id)
    {
        id.TryWriteBytes(_values.GetSpan(16), bigEndian: true, out int length);
        Added(length);
    }

    /// <summary>Bytes, or UTF-8 already.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        Span<byte> to = _values.GetSpan(sizeof(int) + text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(to, text.Length);
        text.CopyTo(to[sizeof(int)..]);
        Added(sizeof(int) + text.Length);
    }

    public void Add(string? text)
    {
        if (text is null)
        {
            AddNone();
            return;
        }
        Span<byte> to = _values.GetSpan(sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length));
        int length = Encoding.UTF8.GetBytes(text, to[sizeof(int)..]);
        BinaryPrimitives.WriteInt32LittleEndian(to, length);
        Added(sizeof(int) + length);
    }

    /// <summary>Packs what fills no page yet, and gives its memory back.</summary>
    public void Flush()
    {
        Pack();
        _values = new ArrayBufferWriter<byte>();
    }

    /// <summary>All of it as it lies in a file; more may be added.</summary>
    public PackedColumn Packed() => new(shape, _rows == 0 ? [.. _pages] : [.. _pages, Page()], _least, _most);

    /// <summary>Begins another row group, in the same memory.</summary>
    public void Clear()
    {
        _pages.Clear();
        _runs.Clear();
        _values.ResetWrittenCount();
        (_rows, _least, _most, Bytes, PlainBytes) = (0, long.MaxValue, long.MinValue, 0, 0);
    }

    private void Added(int bytes, bool hasValue = true)
    {
        _values.Advance(bytes);
        _rows++;
        Bytes += bytes;
        PlainBytes += bytes;
        if (shape.IsOptional)
        {
            if (_runs is [.., var last] && last.HasValue == hasValue) _runs[^1] = (last.Rows + 1, hasValue);
            else _runs.Add((1, hasValue));
        }
        if (_values.WrittenCount >= PageBytes) Pack();
    }

    private void Pack()
    {
        if (_rows == 0) return;
        PackedPage page = Page();
        _pages.Add(page);
        Bytes += page.Bytes.Length - _values.WrittenCount;
        _runs.Clear();
        _rows = 0;
        // A longest line more would keep its memory else.
        if (_values.Capacity > 4 * PageBytes) _values = new ArrayBufferWriter<byte>();
        else _values.ResetWrittenCount();
    }

    // The format's data page of the first kind: lengths of the values there are, if any may be missing, then the values.
    private PackedPage Page()
    {
        ReadOnlySpan<byte> values = shape.Type == ColumnType.Truth ? Bits(_values.WrittenSpan) : _values.WrittenSpan, plain = shape.IsOptional ? WithLevels(values) : values;
        byte[] lent = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(plain.Length));
        if (!BrotliEncoder.TryCompress(plain, lent, out int packed, Quality, Window)) throw new InvalidOperationException("flow store: a page is larger than the most that its packing can become");
        var head = new CompactWriter();
        head.Number(1, 0);
        head.Number(2, plain.Length);
        head.Number(3, packed);
        head.Begin(5);
        head.Number(1, _rows);
        head.Number(2, ParquetFile.Plain);
        head.Number(3, ParquetFile.Runs);
        head.Number(4, ParquetFile.Runs);
        head.End();
        head.End();
        byte[] bytes = [.. head.Written, .. lent.AsSpan(0, packed)];
        ArrayPool<byte>.Shared.Return(lent);
        return new PackedPage(bytes, head.Written.Length + plain.Length);
    }

    // Runs of one bit each: whether there is a value.
    private byte[] WithLevels(ReadOnlySpan<byte> values)
    {
        var levels = new ArrayBufferWriter<byte>();
        foreach ((int rows, bool hasValue) in _runs)
        {
            Span<byte> run = levels.GetSpan(8);
            int at = 0;
            uint length = (uint)rows << 1;
            for (; length >= 0x80; length >>= 7) run[at++] = (byte)(length | 0x80);
            run[at++] = (byte)length;
            run[at++] = hasValue ? (byte)1 : (byte)0;
            levels.Advance(at);
        }
        byte[] all = new byte[sizeof(int) + levels.WrittenCount + values.Length];
        BinaryPrimitives.WriteInt32LittleEndian(all, levels.WrittenCount);
        levels.WrittenSpan.CopyTo(all.AsSpan(sizeof(int)));
        values.CopyTo(all.AsSpan(sizeof(int) + levels.WrittenCount));
        return all;
    }

    private static byte[] Bits(ReadOnlySpan<byte> truths)
    {
        byte[] bits = new byte[(truths.Length + 7) / 8];
        for (int i = 0; i < truths.Length; i++) bits[i / 8] |= (byte)(truths[i] << (i % 8));
        return bits;
    }
}
