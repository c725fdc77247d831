using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Exeat.Flows;

/// <summary>A growing byte buffer that writes JSON tokens without allocating once it has its size.</summary>
/// <remarks>Not Utf8JsonWriter: that one throws on invalid input and cannot be told to escape bidi and C1 characters without an encoder per call.</remarks>
internal sealed class LineBuffer(int capacity)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Truncate(int length) => Length = length;

    /// <summary>Takes bytes out of the middle.</summary>
    public void Remove(int start, int length)
    {
        _bytes.AsSpan(start + length, Length - start - length).CopyTo(_bytes.AsSpan(start));
        Length -= length;
    }

    public void Raw(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    public void Raw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        Length += value.Length;
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out int written);
        Length += written;
    }

    /// <summary>A quoted string; what could steer a terminal or a reader's eye is escaped.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        Raw((byte)'"');
        while (!text.IsEmpty)
        {
            // An unpaired surrogate decodes to U+FFFD.
            Rune.DecodeFromUtf16(text, out Rune rune, out int used);
            Character(rune);
            text = text[used..];
        }
        Raw((byte)'"');
    }

    /// <summary>A quoted string of raw bytes, each standing for U+0000 to U+00FF: no input is invalid and none is lost.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Raw((byte)'"');
        foreach (byte b in bytes)
        {
            if (b < 0x7f) Character(new Rune(b));
            else Escape(b);
        }
        Raw((byte)'"');
    }

    private void Character(Rune rune)
    {
        if (rune.Value is '"' or '\\')
        {
            Raw((byte)'\\');
            Raw((byte)rune.Value);
        }
        else if (rune.Value is >= 0x20 and < 0x7f) Raw((byte)rune.Value);
        else if (rune.IsAscii || !IsPrintable(rune))
        {
            Span<char> units = stackalloc char[2];
            int count = rune.EncodeToUtf16(units);
            foreach (char unit in units[..count]) Escape(unit);
        }
        else Length += rune.EncodeToUtf8(Room(4));
    }

    // Controls, bidi and other format characters, separators, private use and unassigned ones.
    internal static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    private void Escape(int unit)
    {
        Span<byte> room = Room(6);
        room[0] = (byte)'\\';
        room[1] = (byte)'u';
        for (int i = 0; i < 4; i++) room[2 + i] = "0123456789abcdef"u8[(unit >> (12 - 4 * i)) & 15];
        Length += 6;
    }

    public Span<byte> Room(int bytes)
    {
        if (_bytes.Length - Length < bytes) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + bytes));
        return _bytes.AsSpan(Length);
    }

    /// <summary>Counts what was written into <see cref="Room"/>.</summary>
    public void Advance(int bytes) => Length += bytes;
}
