using System.Buffers;

namespace Exeat.Store;

/// <summary>Writes Thrift's compact form, in which a Parquet file describes itself.</summary>
internal sealed class CompactWriter
{
    /// <summary>Types as a list names them.</summary>
    public const byte Int32 = 5, Binary = 8, Struct = 12;

    private const byte Int64 = 6, List = 9;

    private readonly ArrayBufferWriter<byte> _to = new();
    private readonly Stack<int> _outer = [];
    private int _last;

    public ReadOnlySpan<byte> Written => _to.WrittenSpan;

    public void Number(int field, int value)
    {
        Head(field, Int32);
        Element(value);
    }

    public void Long(int field, long value)
    {
        Head(field, Int64);
        Element(value);
    }

    public void Text(int field, ReadOnlySpan<byte> text)
    {
        Head(field, Binary);
        Element(text);
    }

    public void Begin(int field)
    {
        Head(field, Struct);
        BeginElement();
    }

    public void BeginList(int field, int count, byte type)
    {
        Head(field, List);
        if (count < 15)
        {
            Byte((byte)((count << 4) | type));
            return;
        }
        Byte((byte)(0xF0 | type));
        Unsigned((ulong)count);
    }

    /// <summary>An element of a list of structs.</summary>
    public void BeginElement()
    {
        _outer.Push(_last);
        _last = 0;
    }

    public void Element(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    public void Element(ReadOnlySpan<byte> text)
    {
        Unsigned((ulong)text.Length);
        _to.Write(text);
    }

    /// <summary>The end of a struct, or of all.</summary>
    public void End()
    {
        Byte(0);
        if (_outer.Count > 0) _last = _outer.Pop();
    }

    private void Head(int field, byte type)
    {
        Byte((byte)(((field - _last) << 4) | type));
        _last = field;
    }

    private void Unsigned(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    private void Byte(byte value)
    {
        _to.GetSpan(1)[0] = value;
        _to.Advance(1);
    }
}
