using System.Buffers.Binary;

namespace Exeat.Wire;

/// <summary>Integers of variable length (RFC 9000, 16).</summary>
internal static class QuicNumber
{
    public static bool TryRead(ref ByteReader reader, out ulong value)
    {
        value = 0;
        if (reader.IsEmpty || !reader.TryReadBytes(1 << (reader.Rest[0] >> 6), out ReadOnlySpan<byte> bytes)) return false;
        value = (ulong)(bytes[0] & 0x3f);
        foreach (byte next in bytes[1..]) value = value << 8 | next;
        return true;
    }

    /// <summary>How many bytes the shortest form takes.</summary>
    public static int Bytes(ulong value) => value < 1 << 6 ? 1 : value < 1 << 14 ? 2 : value < 1 << 30 ? 4 : 8;

    /// <summary>Writes in the shortest form; returns the bytes taken.</summary>
    public static int Write(ulong value, Span<byte> destination)
    {
        if (value < 1 << 6)
        {
            destination[0] = (byte)value;
            return 1;
        }
        if (value < 1 << 14)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(value | 0x4000));
            return 2;
        }
        if (value < 1 << 30)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)value | 0x80000000);
            return 4;
        }
        BinaryPrimitives.WriteUInt64BigEndian(destination, value | 0xc000000000000000);
        return 8;
    }
}
